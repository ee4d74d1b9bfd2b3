"""``trunkline webhooks``: subscriptions and deliveries: list, remove, send an event again, listen at the terminal."""

import asyncio
import os
import signal
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from trunkline.actions.operator.partners import find_partner
from trunkline.actions.webhooks import deliveries
from trunkline.actions.webhooks.listen import start_listener, stop_listener, subscription_states
from trunkline.actions.webhooks.subscriptions import remove_subscription
from trunkline.cli.options import DEFAULTS, DatabaseOption, JsonOption, PartnerArgument, YesOption
from trunkline.cli.output import (
    confirm,
    counted,
    is_terminal,
    moment,
    print_json,
    print_json_line,
    print_table,
    say,
    show_line,
    show_secret,
)
from trunkline.cli.store import configured_store, with_store
from trunkline.config import Settings
from trunkline.domain import instant, webhook_target
from trunkline.domain.context import RequestContext
from trunkline.domain.delivery import Attempt, EntryState
from trunkline.domain.errors import CommandError
from trunkline.domain.events import LATEST_VERSION, EventType, WebhookVersion
from trunkline.domain.handle import parse_written_number, quoted
from trunkline.domain.ids import new_trace_id
from trunkline.domain.instant import now
from trunkline.domain.subscription import PUBLISHED, Subscription
from trunkline.domain.webhook_target import Target
from trunkline.schemas.attempts import parse_attempts
from trunkline.schemas.documents import Completion
from trunkline.storage.deliveries import DeliveryRecord
from trunkline.storage.store import Store

if TYPE_CHECKING:
    from trunkline.delivery.listen import Forwarded

webhook_commands = typer.Typer(
    help="List and remove webhook subscriptions, list deliveries, resend events, listen.", no_args_is_help=True
)


@webhook_commands.command("list")
def list_webhooks(
    partner: PartnerArgument,
    events: Annotated[
        bool, typer.Option("--events", help="List the latest events and their deliveries instead.")
    ] = False,
    subscription: Annotated[
        str | None, typer.Option("--subscription", metavar="ID", help="Only deliveries to this subscription.")
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only failed deliveries.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Maximum number of deliveries.")] = 50,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """List the subscriptions of a partner, or the latest events and their deliveries."""
    if events or failed or subscription is not None:
        _list_deliveries(database, partner, limit, subscription, failed=failed, as_json=as_json)
    else:
        _list_subscriptions(database, partner, as_json=as_json)


@webhook_commands.command("remove")
def remove(
    partner: PartnerArgument,
    subscription: Annotated[str, typer.Argument(metavar="ID", help="Subscription, as in `list`.")],
    yes: YesOption = False,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Remove a subscription. Its pending deliveries fail, and its signing secret is deleted."""

    async def find(store: Store) -> tuple[Subscription, int]:
        partner_id = (await find_partner(store, partner)).id
        return await deliveries.pending_of(store, partner_id, subscription)

    found, pending = with_store(database, find)
    target = "a program on this machine" if found.is_listener else found.target_url
    amount = counted(pending, "pending delivery", "pending deliveries")
    confirm(f"This removes the subscription of {target} for good, with {amount}.", yes=yes)

    async def work(store: Store) -> None:
        await remove_subscription(store, await _context(store, partner), subscription)

    with_store(database, work)
    if as_json:
        print_json({"removed": {"id": subscription, "target_url": found.target_url, "pending_deliveries": pending}})
    else:
        say(f"Removed the subscription of {target}, with {amount}.")


@webhook_commands.command("resend")
def resend(
    partner: PartnerArgument,
    event_id: Annotated[str, typer.Argument(metavar="EVENT_ID", help="Event, as in `list --events`.")],
    subscription: Annotated[
        str | None,
        typer.Option("--subscription", metavar="ID", help="Subscription. [default: those that got the event]"),
    ] = None,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Send an event again. A running service sends it after the pending events of its chat."""

    async def work(store: Store) -> Sequence[str]:
        return await deliveries.resend_event(store, await _context(store, partner), event_id, subscription)

    chosen = with_store(database, work)
    if as_json:
        print_json({"event_id": event_id, "subscriptions": chosen})
    else:
        say(f"{event_id} is sent again, to {', '.join(chosen)}.")


@webhook_commands.command("listen")
def listen(
    partner: PartnerArgument,
    forward_to: Annotated[
        str,
        typer.Option(
            "--forward-to", metavar="URL", help="URL of your program, such as http://localhost:3000/webhooks."
        ),
    ],
    events: Annotated[
        str | None, typer.Option("--events", metavar="A,B", help="Only these events. [default: all of them]")
    ] = None,
    line: Annotated[
        str | None, typer.Option("--line", metavar="+E164", help="Only events of this line. [default: all of them]")
    ] = None,
    version: Annotated[
        WebhookVersion,
        typer.Option("--version", metavar="DATE", help=f"Version of the payload: {' or '.join(WebhookVersion)}."),
    ] = LATEST_VERSION,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Send signed events to a program on this machine, once each, and show its responses. Ctrl-C ends it.

    With --json: an object with the secret, then one for each event.
    """
    to = _target(forward_to)
    wanted = list(EventType) if events is None else _parse_event_types(events)
    number = None if line is None else parse_written_number(line, "--line")
    _until_stopped(_listen(database, partner, to, forward_to, wanted, number, version, as_json=as_json))
    if not as_json:
        say("Stopped listening.")


def _target(url: str) -> Target:
    try:
        return webhook_target.parse(url)
    except ValueError as error:
        advice = str(error) if "://" in url or not _is_url(f"http://{url}") else f"it must be a URL: http://{url}"
        raise CommandError(f"--forward-to is {quoted(url)}; {advice}") from None


def _is_url(text: str) -> bool:
    try:
        webhook_target.parse(text)
    except ValueError:
        return False
    return True


def _parse_event_types(events: str) -> list[str]:
    names = [each.strip() for each in events.split(",")]
    for name in names:
        if name not in PUBLISHED:
            known = ", ".join(EventType)
            raise CommandError(f"--events has {quoted(name)}, which is not a known event; the events are {known}")
    return names


async def _listen(
    database: str,
    partner: str,
    to: Target,
    url: str,
    events: Sequence[str],
    line: str | None,
    version: WebhookVersion,
    *,
    as_json: bool,
) -> None:
    # The HTTP client takes longer to import than the rest of the command.
    from trunkline.delivery.listen import LEASE, listen  # noqa: PLC0415

    async with configured_store(database) as store:
        ctx = await _context(store, partner)
        listener = await start_listener(store, ctx, events, line, version, clock=store.clock, lease=LEASE)
        try:
            if as_json:
                print_json_line({"subscription_id": listener.subscription.id, "signing_secret": listener.secret})
            else:
                say(f"Events go to {url} now, signed with this secret:")
                show_secret(listener.secret)
            settings = Settings.from_environment(os.environ)
            completion = Completion(settings.doc_base, store.file_urls(settings.base_url))
            await listen(store, listener.claim, to, completion, _show_as_json if as_json else _show, store.clock)
        finally:
            await stop_listener(
                store, RequestContext(ctx.partner_id, store.clock(), ctx.trace_id), listener.subscription.id
            )


def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Runs the work until Ctrl-C or SIGTERM, which cancel it. The work must await regularly."""

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
    response = forwarded.response
    status = "---" if response.status is None else str(response.status)
    end = f"{forwarded.seconds * 1000:.0f} ms" if response.status is not None else response.outcome
    at = moment(now())[11:19]
    show_line(f"{at} {status} {forwarded.event_type} {end}", style="" if forwarded.is_success else "red")


def _show_as_json(forwarded: "Forwarded") -> None:
    print_json_line(
        {
            "event": msgspec.Raw(forwarded.body),
            "status": forwarded.response.status,
            "outcome": forwarded.response.outcome,
            "milliseconds": round(forwarded.seconds * 1000),
        }
    )


async def _context(store: Store, partner: str) -> RequestContext:
    return RequestContext((await find_partner(store, partner)).id, store.clock(), new_trace_id())


def _list_subscriptions(database: str, partner: str, *, as_json: bool) -> None:
    async def work(store: Store) -> Sequence[tuple[Subscription, str]]:
        return await subscription_states(store, (await find_partner(store, partner)).id, store.clock())

    found = with_store(database, work)
    if as_json:
        print_json({"subscriptions": [_subscription(each, state) for each, state in found]})
        return
    rows = [
        (
            each.id,
            "a program on this machine" if each.is_listener else each.target_url,
            state,
            each.version,
            ", ".join(each.phone_numbers or ("all",)),
            "all" if set(each.events) >= set(EventType) else ", ".join(each.events or ("none",)),
        )
        for each, state in found
    ]
    if rows and is_terminal():
        for subscription_id, target_url, state, version, lines, events in rows:
            say(target_url)
            show_line(f"  {subscription_id}")
            say(f"  {state}, version {version}, lines: {lines}, events: {events}")
        return
    print_table(("ID", "TARGET", "STATE", "VERSION", "LINES", "EVENTS"), rows, "There are no subscriptions.")


def _subscription(subscription: Subscription, state: str) -> dict[str, object]:
    return {
        "id": subscription.id,
        "target_url": subscription.target_url,
        "webhook_version": subscription.version,
        "subscribed_events": subscription.events,
        "phone_numbers": subscription.phone_numbers,
        "state": state,
        "created_at": instant.render(subscription.created_at),
        "updated_at": instant.render(subscription.updated_at),
    }


def _list_deliveries(
    database: str, partner: str, limit: int, subscription: str | None, *, failed: bool, as_json: bool
) -> None:
    async def work(store: Store) -> Sequence[DeliveryRecord]:
        partner_id = (await find_partner(store, partner)).id
        return await deliveries.list_deliveries(store, partner_id, limit, subscription_id=subscription, failed=failed)

    found = with_store(database, work)
    if as_json:
        print_json({"events": _events(found)})
        return
    if found and is_terminal():
        for event in _events(found):
            _show_event(event)
        return
    rows = [
        (
            None if each.event is None else each.event.id,
            each.kind,
            each.state,
            each.attempts,
            each.outcome,
            moment(each.updated_at),
            each.destination,
        )
        for each in found
    ]
    columns = ("ID", "EVENT", "STATE", "ATTEMPTS", "OUTCOME", "WHEN", "SUBSCRIPTION")
    print_table(columns, rows, "No matching events. Only events with a subscriber are stored.")


def _show_event(event: dict[str, Any]) -> None:
    """Prints an event and its deliveries on several lines, because two ids do not fit on one."""
    say(f"{event['type']} at {(event['created_at'] or '')[:19]}Z")
    show_line(f"  {event['id']}")
    for each in event["deliveries"]:
        attempts = "1 attempt" if each["attempts"] == 1 else f"{each['attempts']} attempts"
        last = f": {each['outcome']}" if each["outcome"] else ""
        say(f"  {each['state']} after {attempts}{last}", style="red" if each["state"] == EntryState.FAILED else "")
        say(f"    to {each['subscription_id']}")
        for attempt in each["log"]:
            show_line(f"    {_attempt(attempt)}")


def _logged(attempt: Attempt) -> dict[str, Any]:
    return {
        "attempt": attempt.number,
        "timestamp": instant.render(attempt.began_at),
        "duration_ms": attempt.duration // 1_000,
        "status": attempt.status,
        "http_status_code": attempt.http_status,
        "error_message": attempt.error,
        "request_headers": attempt.request_headers,
        "response_headers": attempt.response_headers,
        "response_body": attempt.response_body,
    }


def _attempt(attempt: dict[str, Any]) -> str:
    """An attempt on one line. What the receiver answered is a stranger's text, so it is quoted."""
    result = attempt["http_status_code"] or attempt["error_message"]
    answer = f" {quoted(attempt['response_body'])}" if attempt["response_body"] else ""
    return f"{attempt['attempt']}. {attempt['timestamp'][11:19]} {result}, {attempt['duration_ms']} ms{answer}"


def _events(found: Sequence[DeliveryRecord]) -> list[dict[str, Any]]:
    """The events, the latest first, each with its deliveries."""
    events: dict[str, dict[str, Any]] = {}
    for each in found:
        event = each.event
        shown = events.setdefault(
            each.entity_id if event is None else event.id,
            {
                "id": None if event is None else event.id,
                "type": each.kind,
                "chat_id": None if event is None else event.chat_id,
                "created_at": None if event is None else instant.render(event.created_at),
                "deliveries": [],
            },
        )
        shown["deliveries"].append(
            {
                "subscription_id": each.destination,
                "state": each.state,
                "attempts": each.attempts,
                "outcome": each.outcome,
                "updated_at": instant.render(each.updated_at),
                "log": [_logged(attempt) for attempt in parse_attempts(each.log)],
            }
        )
    return list(events.values())
