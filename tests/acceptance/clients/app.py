"""An app that uses the ``linq`` on its path: the public client or ours.

A story is written once, for both halves of a client: ``got`` awaits the result of the asynchronous half, and checks
that every response matches the client's own type of it.
"""

import asyncio
import inspect
import json
import re
import time
import urllib.request
from collections.abc import Awaitable, Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import msgspec
import pydantic
import pytest

import linq

ALICE = "+13105550111"
BOB = "+13105550112"
CAROL = "carol@example.com"
DAVE = "+13105550114"

PATIENCE = 30.0  # s that a test waits for something
REFUSED = {
    400: linq.BadRequestError,
    401: linq.AuthenticationError,
    403: linq.PermissionDeniedError,
    404: linq.NotFoundError,
    409: linq.ConflictError,
}
OURS_ALONE = ("webhook_version",)
"""The fields that the public client does not declare, and accepts."""
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Partner(msgspec.Struct):
    """The partner that an app belongs to."""

    key: str
    lines: list[str]


class App:
    """One partner's app. ``base`` is the path between the service's URL and ``/v3``.

    The client is ``current`` if its types declare every field that the service sends.
    """

    def __init__(self, half: str, url: str, base: str, partner: Partner, *, current: bool) -> None:
        self.half = half
        self.url = url
        self.partner = partner
        self.line, self.other_line = partner.lines
        self.called: set[str] = set()
        """The calls that succeeded, such as ``GET /v3/chats/{}``."""
        self._base = base
        self._current = current
        self._body = b""
        self.client = self.open(f"{url}{base}")

    def open(self, base_url: str, *, max_retries: int = 0) -> Any:
        """A client of the half, whose responses ``got`` can check."""

        def keep(response: Any) -> None:
            self._body = response.read()
            self._count(response)

        async def keep_async(response: Any) -> None:
            self._body = await response.aread()
            self._count(response)

        given = {"api_key": self.partner.key, "base_url": base_url, "max_retries": max_retries}
        if self.half == "sync":
            http = linq.DefaultHttpxClient(event_hooks={"response": [keep]})
            return linq.LinqAPIV3(**given, http_client=http)  # type: ignore[arg-type]
        http_async = linq.DefaultAsyncHttpxClient(event_hooks={"response": [keep_async]})
        return linq.AsyncLinqAPIV3(**given, http_client=http_async)  # type: ignore[arg-type]

    def _count(self, response: Any) -> None:
        if response.is_success:
            path = response.request.url.path.removeprefix(self._base)
            self.called.add(f"{response.request.method} {_ID.sub('{}', path)}")

    async def close(self) -> None:
        """Closes its connections."""
        await settled(self.client.close())

    async def got(self, asked: Any) -> Any:
        """The result of a call, whose response must match its type."""
        answer = await settled(asked)
        if answer is None:
            assert self._body == b"", self._body
        else:
            self.check(answer.__class__, self._body)
        return answer

    def check(self, kind: type[pydantic.BaseModel], body: bytes | str) -> None:
        """Raises unless JSON matches a type strictly: no field is missing, of another type, or, if current, unknown."""
        if kind is linq.types.WebhookEventListResponse and not self._current:
            return  # each version accepts only the events and the one documentation URL of its time
        strict = kind.model_validate_json(body, strict=True)
        if self._current:
            unknown = list(extras(strict, kind.__name__))
            assert unknown == [], unknown

    async def pages(self, asked: Any) -> list[Any]:
        """Every page of a list."""
        found = [await self.got(asked)]
        while found[-1].has_next_page():
            found.append(await self.got(found[-1].get_next_page()))
        return found

    async def play(self, action: str, **fields: Any) -> Any:
        """A counterparty acts; ``from_`` is who. Returns what happened."""
        fields = {"from" if name == "from_" else name: value for name, value in fields.items() if value is not None}
        if "chat_id" not in fields and "from" in fields:
            fields.setdefault("to", self.line)
        request = urllib.request.Request(  # noqa: S310 - our own server
            f"{self.url}/admin/simulate",
            json.dumps({"action": action, **fields}).encode(),
            {"Authorization": f"Bearer {self.partner.key}", "Content-Type": "application/json"},
        )
        with await asyncio.to_thread(urllib.request.urlopen, request, timeout=PATIENCE) as response:
            return json.load(response)

    async def until(self, ask: Callable[[], Any], condition: Callable[[Any], bool]) -> Any:
        """The first result for which the condition is true."""
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = await self.got(ask())
            if condition(answer):
                return answer
            assert time.monotonic() < deadline, answer
            await asyncio.sleep(0.05)

    async def arrived(self, message_id: str, status: str = "delivered") -> Any:
        """The message, as soon as it has the status."""
        return await self.until(
            lambda: self.client.messages.retrieve(message_id), lambda message: message.delivery_status == status
        )

    async def begin(self, *to: str, text: str = "hello", line: str | None = None) -> Any:
        """The chat with these people, after a message to them."""
        asked = self.client.chats.create(from_=line or self.line, to=list(to), message=says(text))
        return (await self.got(asked)).chat

    async def listed(self) -> list[str]:
        """The ids of the partner's chats, in order."""
        return [chat.id for page in await self.pages(self.client.chats.list_chats()) for chat in page.chats]


async def settled(asked: Any) -> Any:
    """The result of a call of either half."""
    return await asked if inspect.isawaitable(asked) else asked


def says(text: str, **more: Any) -> dict[str, Any]:
    """A message of one text."""
    return {"parts": [{"type": "text", "value": text}], **more}


def extras(value: Any, path: str) -> Iterator[str]:
    """The fields that a type does not declare, except ``OURS_ALONE``."""
    if isinstance(value, pydantic.BaseModel):
        yield from (f"{path}.{name}" for name in value.model_extra or {} if name not in OURS_ALONE)
        for name in type(value).model_fields:
            yield from extras(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, list):
        for each in value:  # pyright: ignore[reportUnknownVariableType]
            yield from extras(each, f"{path}[]")


@contextmanager
def refused(status: int, code: int) -> Generator[None]:
    """The block must raise the client's error for this status and code."""
    with pytest.raises(REFUSED[status]) as caught:
        yield
    response = caught.value.response
    envelope = response.json()
    error = envelope["error"]
    assert (response.status_code, error["status"], error["code"]) == (status, status, code), envelope
    assert envelope["trace_id"] == response.headers["x-trace-id"]


Story: TypeAlias = Callable[[App], Awaitable[None]]
Stories: TypeAlias = dict[Story, tuple[int, int]]
"""Stories, and the oldest of the tested versions of the public client that has what each needs."""
