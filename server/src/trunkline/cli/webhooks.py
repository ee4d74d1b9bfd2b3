"""``trunkline webhooks``: who is told what, what became of it, and listening at the terminal."""

import asyncio
import os
import secrets
import signal
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from trunkline.actions import deliveries, listening
from trunkline.actions.cause import Cause
from trunkline.actions.partners import find_partner
from trunkline.cli.options import DEFAULTS, DatabaseOption, JsonOption
from trunkline.cli.output import (
    is_terminal,
    moment,
    print_json,
    print_json_line,
    print_table,
    say,
    show_line,
    show_secret,
)
from trunkline.cli.partners import PartnerArgument
from trunkline.cli.running import with_store
from trunkline.config import Settings
from trunkline.domain import instant, target
from trunkline.domain.errors import CommandError
from trunkline.domain.events import EventType
from trunkline.domain.handle import parse_written_number, shown
from trunkline.domain.instant import now
from trunkline.domain.subscription import PUBLISHED, Subscription
from trunkline.domain.target import Target
from trunkline.storage.outbox import Delivered, KeptEvent, State
from trunkline.storage.store import Store, open_store

if TYPE_CHECKING:
    from trunkline.delivery.listening import Forwarded

webhook_commands = typer.Typer(help="Webhooks: who is told what, and what became of it.", no_args_is_help=True)


@webhook_commands.command("list")
def list_webhooks(
    partner: PartnerArgument,
    events: Annotated[
        bool, typer.Option("--events", help="List the latest events and their deliveries instead.")
    ] = False,
    subscription: Annotated[
        str | None, typer.Option("--subscription", metavar="ID", help="Only deliveries to this subscription.")
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only deliveries that have failed for good.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many deliveries at most.")] = 50,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """List a partner's subscriptions, or the latest events and what became of them."""
    if events or failed or subscription is not None:
        _list_deliveries(database, partner, limit, subscription, failed=failed, as_json=as_json)
    else:
        _list_subscriptions(database, partner, as_json=as_json)


@webhook_commands.command("resend")
def resend(
    partner: PartnerArgument,
    event_id: Annotated[str, typer.Argument(metavar="EVENT_ID", help="The event, as `list --events` shows it.")],
    subscription: Annotated[
        str | None,
        typer.Option("--subscription", metavar="ID", help="To this one. [default: those that it was for]"),
    ] = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Send an event once more. A running service does so, after what its chat has waiting."""

    async def work(store: Store) -> Sequence[str]:
        return await deliveries.resend_event(store, await _cause(store, partner), event_id, subscription)

    chosen = with_store(database, work)
    if as_json:
        print_json({"event_id": event_id, "subscriptions": chosen})
    else:
        say(f"{event_id} is sent once more, to {', '.join(chosen)}.")


@webhook_commands.command("listen")
def listen(
    partner: PartnerArgument,
    forward_to: Annotated[
        str, typer.Option("--forward-to", metavar="URL", help="Your program, such as http://localhost:3000/webhooks.")
    ],
    events: Annotated[
        str | None, typer.Option("--events", metavar="A,B", help="Only these events. [default: all of them]")
    ] = None,
    line: Annotated[
        str | None, typer.Option("--line", metavar="+E164", help="Only events of this line. [default: all of them]")
    ] = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Send what happens to a program on this machine, signed, once each, and show its answers. Ctrl-C ends it.

    With --json: an object with the secret, then one for each event.
    """
    to = _target(forward_to)
    wanted = list(EventType) if events is None else _wanted(events)
    number = None if line is None else parse_written_number(line, "--line")
    _until_told_to_stop(_listen(database, partner, to, forward_to, wanted, number, as_json=as_json))
    if not as_json:
        say("Nobody listens any more.")


def _target(url: str) -> Target:
    try:
        return target.parse(url)
    except ValueError as error:
        advice = str(error) if "://" in url or not _is_url(f"http://{url}") else f"it must be a URL: http://{url}"
        raise CommandError(f"--forward-to is {shown(url)}; {advice}") from None


def _is_url(text: str) -> bool:
    try:
        target.parse(text)
    except ValueError:
        return False
    return True


def _wanted(events: str) -> list[str]:
    names = [each.strip() for each in events.split(",")]
    for name in names:
        if name not in PUBLISHED:
            known = ", ".join(EventType)
            raise CommandError(f"--events has {shown(name)}, and there is no such event; there are {known}")
    return names


async def _listen(
    database: str, partner: str, to: Target, url: str, events: Sequence[str], line: str | None, *, as_json: bool
) -> None:
    # Requests take longer to import than all the rest of the command.
    from trunkline.delivery.listening import LEASE, listen  # noqa: PLC0415

    async with open_store(database) as store:
        cause = await _cause(store, partner)
        begun = await listening.begin(store, cause, events, line, clock=now, lease=LEASE)
        try:
            if as_json:
                print_json_line({"subscription_id": begun.subscription.id, "signing_secret": begun.secret})
            else:
                say(f"What happens goes to {url} now, signed with this secret:")
                show_secret(begun.secret)
            doc_base = Settings.from_environment(os.environ).doc_base
            await listen(store, begun.claimed, to, doc_base, _show_as_json if as_json else _show, now)
        finally:
            await listening.end(store, Cause(cause.partner_id, now(), cause.trace_id), begun.subscription.id)


def _until_told_to_stop(work: Coroutine[Any, Any, None]) -> None:
    """Runs the work until Ctrl-C or SIGTERM, which cancel it: it always waits for something."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(work)

        def stop(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(task.cancel)

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(run())


def _show(forwarded: "Forwarded") -> None:
    answer = forwarded.answer
    status = "---" if answer.status is None else str(answer.status)
    end = f"{forwarded.seconds * 1000:.0f} ms" if answer.status is not None else answer.outcome
    at = moment(now())[11:19]
    show_line(f"{at} {status} {forwarded.event_type} {end}", style="" if forwarded.is_success else "red")


def _show_as_json(forwarded: "Forwarded") -> None:
    print_json_line(
        {
            "event": msgspec.Raw(forwarded.body),
            "status": forwarded.answer.status,
            "outcome": forwarded.answer.outcome,
            "milliseconds": round(forwarded.seconds * 1000),
        }
    )


async def _cause(store: Store, partner: str) -> Cause:
    return Cause((await find_partner(store, partner)).id, now(), secrets.token_hex(16))


def _list_subscriptions(database: str, partner: str, *, as_json: bool) -> None:
    async def work(store: Store) -> Sequence[tuple[Subscription, str]]:
        return await listening.states(store, (await find_partner(store, partner)).id, now())

    found = with_store(database, work)
    if as_json:
        print_json({"subscriptions": [_subscription(each, state) for each, state in found]})
        return
    rows = [
        (
            each.id,
            "a program on this machine" if each.is_listener else each.target_url,
            state,
            ", ".join(each.phone_numbers or ("all",)),
            "all" if set(each.events) >= set(EventType) else ", ".join(each.events),
        )
        for each, state in found
    ]
    if rows and is_terminal():
        for subscription_id, target_url, state, lines, events in rows:
            say(target_url)
            show_line(f"  {subscription_id}")
            say(f"  {state}, lines: {lines}, events: {events}")
        return
    print_table(("ID", "TARGET", "STATE", "LINES", "EVENTS"), rows, "No subscription.")


def _subscription(subscription: Subscription, state: str) -> dict[str, object]:
    return {
        "id": subscription.id,
        "target_url": subscription.target_url,
        "subscribed_events": subscription.events,
        "phone_numbers": subscription.phone_numbers,
        "state": state,
        "created_at": instant.render(subscription.created_at),
        "updated_at": instant.render(subscription.updated_at),
    }


def _list_deliveries(
    database: str, partner: str, limit: int, subscription: str | None, *, failed: bool, as_json: bool
) -> None:
    async def work(store: Store) -> Sequence[tuple[Delivered, KeptEvent | None]]:
        partner_id = (await find_partner(store, partner)).id
        return await deliveries.list_deliveries(store, partner_id, limit, subscription_id=subscription, failed=failed)

    found = with_store(database, work)
    if as_json:
        print_json({"events": _events(found)})
        return
    if found and is_terminal():
        for told in _events(found):
            _show_event(told)
        return
    rows = [
        (
            None if event is None else event.id,
            each.kind,
            each.state,
            each.attempts,
            each.outcome,
            moment(each.updated_at),
            each.destination,
        )
        for each, event in found
    ]
    columns = ("ID", "EVENT", "STATE", "ATTEMPTS", "OUTCOME", "WHEN", "SUBSCRIPTION")
    print_table(columns, rows, "No event, as far as this goes: only those that somebody subscribes to are kept.")


def _show_event(told: dict[str, Any]) -> None:
    """An event and its deliveries, in lines that fit where two ids beside each other do not."""
    say(f"{told['type']} at {(told['created_at'] or '')[:19]}Z")
    show_line(f"  {told['id']}")
    for each in told["deliveries"]:
        tries = "1 attempt" if each["attempts"] == 1 else f"{each['attempts']} attempts"
        last = f": {each['outcome']}" if each["outcome"] else ""
        say(f"  {each['state']} after {tries}{last}", style="red" if each["state"] == State.FAILED else "")
        say(f"    to {each['subscription_id']}")


def _events(found: Sequence[tuple[Delivered, KeptEvent | None]]) -> list[dict[str, Any]]:
    """The events of deliveries, the latest first, each with its deliveries."""
    events: dict[str, dict[str, Any]] = {}
    for each, event in found:
        told = events.setdefault(
            each.subject,
            {
                "id": None if event is None else event.id,
                "type": each.kind,
                "chat_id": None if event is None else event.chat_id,
                "created_at": None if event is None else instant.render(event.created_at),
                "deliveries": [],
            },
        )
        told["deliveries"].append(
            {
                "subscription_id": each.destination,
                "state": each.state,
                "attempts": each.attempts,
                "outcome": each.outcome,
                "updated_at": instant.render(each.updated_at),
            }
        )
    return list(events.values())
