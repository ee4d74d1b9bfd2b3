"""Webhooks: one signed request an attempt, and what its answer means.

2xx ──▶ done      5xx, 408, 429, no answer ──▶ again, later each time      anything else ──▶ failed
"""

import random
import ssl
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Protocol, Self

import msgspec

from trunkline import __version__
from trunkline.delivery import signing
from trunkline.delivery.connecting import Connections, Resolve, Resolver
from trunkline.delivery.exchange import NoAnswer, post
from trunkline.delivery.schedule import delay_after, is_retried, is_success, is_tried_again, retry_after
from trunkline.delivery.worker import Attempted
from trunkline.domain import document, target
from trunkline.domain.instant import Clock, Instant, now
from trunkline.domain.subscription import DEFAULT_ROUTING_ID_HEADER, LISTENER
from trunkline.domain.target import Target
from trunkline.storage import subscriptions
from trunkline.storage.changes import Change
from trunkline.storage.outbox import Claim, Done, Failed, Item, Retry
from trunkline.storage.store import Store
from trunkline.storage.subscriptions import Errand

_MAX_TOKEN = 512  # characters
_USER_AGENT = f"Trunkline/{__version__}"


class Answer(msgspec.Struct, frozen=True):
    """What came of a request: a status, or the problem that kept an answer from coming."""

    status: int | None
    problem: str | None = None
    retry_after: str | None = None
    token: str | None = None

    @property
    def outcome(self) -> str:
        """In a few words, for whoever looks."""
        if self.status is None:
            return self.problem or ""
        redirect = ", a redirect, which is not followed" if 300 <= self.status < 400 else ""
        return f"HTTP {self.status}{redirect}"


class Poster(Protocol):
    """Takes events to where their subscriptions point."""

    async def post(self, errand: Errand, subscription_id: str, to: Target, body: bytes) -> Answer:
        """One request, whatever comes of it."""
        ...

    async def close(self) -> None:
        """Posts nothing any more."""
        ...


class Sender:
    """Posts events. Its connections are shared; a target in a private network is reached only where that is allowed."""

    def __init__(
        self, *, allow_private: bool, clock: Clock, tls: ssl.SSLContext | None = None, resolve: Resolve | None = None
    ) -> None:
        self._clock = clock
        self._resolver = Resolver()
        self._connections = Connections(
            resolve or self._resolver, tls or ssl.create_default_context(), allow_private=allow_private
        )

    async def close(self) -> None:
        """Closes the connections."""
        await self._connections.close()
        self._resolver.close()

    async def post(self, errand: Errand, subscription_id: str, to: Target, body: bytes) -> Answer:
        """One request, whatever comes of it."""
        headers = request_headers(errand, subscription_id, to, body, self._clock())
        try:
            status, given = await post(self._connections, to, headers, body)
        except NoAnswer as error:
            return Answer(None, str(error))
        return answered(errand, status, given)


def request_headers(errand: Errand, subscription_id: str, to: Target, body: bytes, at: Instant) -> dict[str, str]:
    """The headers of a request that is made at that time."""
    return {
        "Host": _authority(to),
        "Content-Type": "application/json",
        "User-Agent": _USER_AGENT,
        **_routing(errand),
        **signing.headers(errand.secret, subscription_id, errand.event_type, errand.event_id, body, at),
    }


def answered(errand: Errand, status: int, headers: Mapping[str, str]) -> Answer:
    """What there is to know of an answer."""
    given = {name.lower(): value for name, value in headers.items()}
    token = given.get((errand.routing_key_header or "").lower())
    return Answer(status, retry_after=given.get("retry-after"), token=token)


class WebhookCourier:
    """Delivers events to subscriptions."""

    def __init__(
        self,
        store: Store,
        doc_base: str,
        *,
        allow_private: bool = False,
        clock: Clock = now,
        tls: ssl.SSLContext | None = None,
        resolve: Resolve | None = None,
        sender: Poster | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """``doc_base`` is what every ``doc_url`` begins with. ``tls`` and ``resolve`` are the system's by default.

        ``sender`` posts in place of one that goes by them; ``chance`` spreads the delays, from 0 to 1.
        """
        self._database = store.database
        self._doc_base = doc_base.encode()
        self._allow_private = allow_private
        self._clock = clock
        self._chance = chance
        self._sender = sender or Sender(allow_private=allow_private, clock=clock, tls=tls, resolve=resolve)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._sender.close()

    async def attempt(self, claimed: Claim, item: Item) -> Attempted:
        """One attempt to deliver an event."""
        errand = await subscriptions.errand(self._database, claimed.partner_id, claimed.destination, int(item.subject))
        if errand is None:
            return Attempted(Failed("the event or its subscription is not there any more"))
        if not errand.is_active:
            return Attempted(Failed("the subscription is not active"))
        if errand.target_url.startswith(LISTENER):
            # Whoever listened has the queue claimed, until they are gone without a word.
            return Attempted(Failed("nobody listens any more"), _deleting(claimed.destination))
        try:
            to = target.parse(errand.target_url)
        except ValueError as error:
            return Attempted(Failed(f"the target is not valid: {error}"))
        objection = None if self._allow_private else target.objection(to)
        if objection is not None:
            return Attempted(Failed(f"the target is not allowed: {objection}"))
        body = document.complete(errand.body, self._doc_base)
        answer = await self._sender.post(errand, claimed.destination, to, body)
        return judge(errand, claimed.destination, item.attempts, answer, self._clock(), self._chance())


def judge(errand: Errand, subscription_id: str, attempts: int, answer: Answer, at: Instant, chance: float) -> Attempted:
    """What an answer means, after so many attempts before this one. ``chance``, from 0 to 1, spreads the delays."""
    if answer.status is not None and is_success(answer.status):
        return Attempted(Done(answer.outcome), _learning(errand, subscription_id, answer.token))
    if answer.status is not None and not is_retried(answer.status):
        return Attempted(Failed(answer.outcome))
    if not is_tried_again(attempts + 1, at - errand.created_at):
        return Attempted(Failed(answer.outcome))
    asked = retry_after(answer.retry_after, at)
    return Attempted(Retry(at + delay_after(attempts, asked, chance), answer.outcome))


def _learning(errand: Errand, subscription_id: str, token: str | None) -> Callable[[Change], Awaitable[None]] | None:
    """Keeps the token that a receiver routes by, where it has given a new one."""
    chat_id = errand.chat_id
    if (
        not token
        or chat_id is None
        or token == errand.token
        or len(token) > _MAX_TOKEN
        or not (token.isascii() and token.isprintable())
    ):
        return None
    return lambda opened: subscriptions.save_token(opened, subscription_id, chat_id, token)


def _deleting(subscription_id: str) -> Callable[[Change], Awaitable[None]]:
    return lambda opened: subscriptions.delete(opened, subscription_id)


def _routing(errand: Errand) -> dict[str, str]:
    if errand.routing_key_header is None or errand.chat_id is None:
        return {}
    token = {} if errand.token is None else {errand.routing_key_header: errand.token}
    return {errand.routing_id_header or DEFAULT_ROUTING_ID_HEADER: errand.chat_id, **token}


def _authority(to: Target) -> str:
    host = f"[{to.host}]" if ":" in to.host else to.host
    return host if (to.scheme, to.port) in {("https", 443), ("http", 80)} else f"{host}:{to.port}"
