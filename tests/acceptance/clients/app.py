"""An app as its developers write it, over whichever ``linq`` is found first: the public client or ours.

A story is written once, for both halves of a client: ``got`` awaits what the asynchronous one gives, and holds every
answer to the letter against the client's own type of it.
"""

import asyncio
import inspect
import json
import time
import urllib.request
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pydantic
import pytest

import linq

ALICE = "+13105550111"
BOB = "+13105550112"
CAROL = "carol@example.com"
DAVE = "+13105550114"

PATIENCE = 30.0  # s for what must happen
REFUSED = {
    400: linq.BadRequestError,
    401: linq.AuthenticationError,
    403: linq.PermissionDeniedError,
    404: linq.NotFoundError,
    409: linq.ConflictError,
}
THEIRS = "https://docs.linqapp.com/channel/imessage/guides/webhooks/events"
"""The one ``doc_url`` of the list of events that the public client knows of; ours leads to a page of our own."""


class Partner(msgspec.Struct):
    """Whom an app belongs to."""

    key: str
    lines: list[str]


class App:
    """One partner's app. ``base`` is what comes between the service's URL and ``/v3``."""

    def __init__(self, half: str, url: str, base: str, partner: Partner) -> None:
        self.half = half
        self.url = url
        self.partner = partner
        self.line, self.other_line = partner.lines
        self._body = b""
        self.client = self.open(f"{url}{base}")

    def open(self, base_url: str, *, max_retries: int = 0) -> Any:
        """A client of the half, each of whose answers ``got`` can look at."""

        def keep(response: Any) -> None:
            self._body = response.read()

        async def keep_async(response: Any) -> None:
            self._body = await response.aread()

        given = {"api_key": self.partner.key, "base_url": base_url, "max_retries": max_retries}
        if self.half == "sync":
            http = linq.DefaultHttpxClient(event_hooks={"response": [keep]})
            return linq.LinqAPIV3(**given, http_client=http)  # type: ignore[arg-type]
        http_async = linq.DefaultAsyncHttpxClient(event_hooks={"response": [keep_async]})
        return linq.AsyncLinqAPIV3(**given, http_client=http_async)  # type: ignore[arg-type]

    async def close(self) -> None:
        """Ends its connections."""
        await settled(self.client.close())

    async def got(self, asked: Any) -> Any:
        """The answer of a call, which is exactly what the client says that it is."""
        answer = await settled(asked)
        if answer is None:
            assert self._body == b"", self._body
        else:
            check(answer.__class__, self._body)
        return answer

    async def pages(self, asked: Any) -> list[Any]:
        """Every page of a list."""
        found = [await self.got(asked)]
        while found[-1].has_next_page():
            found.append(await self.got(found[-1].get_next_page()))
        return found

    async def play(self, action: str, **said: Any) -> Any:
        """The other side of a line does something; ``from_`` is who. What comes of it."""
        said = {"from" if name == "from_" else name: value for name, value in said.items() if value is not None}
        if "chat_id" not in said and "from" in said:
            said.setdefault("to", self.line)
        request = urllib.request.Request(  # noqa: S310 - our own server
            f"{self.url}/admin/simulate",
            json.dumps({"action": action, **said}).encode(),
            {"Authorization": f"Bearer {self.partner.key}", "Content-Type": "application/json"},
        )
        with await asyncio.to_thread(urllib.request.urlopen, request, timeout=PATIENCE) as response:
            return json.load(response)

    async def until(self, ask: Callable[[], Any], condition: Callable[[Any], bool]) -> Any:
        """The first answer of which the condition is true."""
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = await self.got(ask())
            if condition(answer):
                return answer
            assert time.monotonic() < deadline, answer
            await asyncio.sleep(0.05)

    async def arrived(self, message_id: str, status: str = "delivered") -> Any:
        """The message, once it has come so far."""
        return await self.until(
            lambda: self.client.messages.retrieve(message_id), lambda message: message.delivery_status == status
        )

    async def begin(self, *to: str, text: str = "hello", line: str | None = None) -> Any:
        """The chat with these people, into which a first message was sent."""
        asked = self.client.chats.create(from_=line or self.line, to=list(to), message=says(text))
        return (await self.got(asked)).chat

    async def listed(self) -> list[str]:
        """The ids of the partner's chats, in order."""
        return [chat.id for page in await self.pages(self.client.chats.list_chats()) for chat in page.chats]


async def settled(asked: Any) -> Any:
    """What a call of either half comes to."""
    return await asked if inspect.isawaitable(asked) else asked


def says(text: str, **more: Any) -> dict[str, Any]:
    """A message of one text."""
    return {"parts": [{"type": "text", "value": text}], **more}


def check(kind: type[pydantic.BaseModel], body: bytes | str) -> None:
    """Raises unless JSON is exactly of this type: nothing missing, nothing of another kind, nothing unheard of."""
    if kind is linq.types.WebhookEventListResponse:
        body = json.dumps(json.loads(body) | {"doc_url": THEIRS})
    exact = kind.model_validate_json(body, strict=True)
    unheard = list(extras(exact, kind.__name__))
    assert unheard == [], unheard


def extras(value: Any, path: str) -> Iterator[str]:
    """The fields that a type does not declare."""
    if isinstance(value, pydantic.BaseModel):
        yield from (f"{path}.{name}" for name in value.model_extra or {})
        for name in type(value).model_fields:
            yield from extras(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, list):
        for each in value:  # pyright: ignore[reportUnknownVariableType]
            yield from extras(each, f"{path}[]")


@contextmanager
def refused(status: int, code: int) -> Generator[None]:
    """The block must end with this refusal, as the client's error for it."""
    with pytest.raises(REFUSED[status]) as caught:
        yield
    response = caught.value.response
    envelope = response.json()
    error = envelope["error"]
    assert (response.status_code, error["status"], error["code"]) == (status, status, code), envelope
    assert envelope["trace_id"] == response.headers["x-trace-id"]
