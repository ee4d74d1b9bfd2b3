"""``wait``: a response that waits for a change, at no cost to other requests (docs/wire.md §6)."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Iterable, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest

from tests.support.asgi import LIST
from tests.support.chats import ALICE, BOB, LINE, OTHER_LINE, chat_id, make_chat
from tests.support.open_store import OpenStore
from tests.support.partners import Tenant, context, new_partner, save
from tests.support.webhook_worker import until
from trunkline.actions.chats import watch
from trunkline.api.app import Application
from trunkline.storage import changed_since
from trunkline.storage.ports import Source
from trunkline.storage.postgres_limits import Limits

BASE = "https://chats.example"
LONG = 60  # s: what waits that long was not woken, and the test with it


class Answer:
    """The response to a request, once it has arrived."""

    def __init__(self, sent: list[dict[str, Any]]) -> None:
        self.status = sent[0]["status"]
        self.headers = dict(sent[0]["headers"])
        self.body = json.loads(b"".join(message["body"] for message in sent[1:]) or b"null")
        self.token = self.headers.get(b"x-sync-token", b"").decode()

    @property
    def ids(self) -> list[str]:
        assert self.status == 200, self.body
        return [chat["id"] for chat in self.body["chats"]]


class Looks:
    """Counts the requests that have begun to wait, and the polls for changes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.joined = 0
        self.count = 0
        self.watch: watch.Watch | None = None
        join, revisions = watch.Watch.join, changed_since.revisions

        @contextmanager
        def counted_join(*arguments: Any) -> Generator["asyncio.Future[None]"]:
            self.watch = arguments[0]
            with join(*arguments) as change:
                self.joined += 1
                yield change

        async def counted_revisions(source: Source, partner_ids: Iterable[int]) -> Mapping[int, int]:
            self.count += 1
            return await revisions(source, partner_ids)

        monkeypatch.setattr(watch.Watch, "join", counted_join)
        monkeypatch.setattr(changed_since, "revisions", counted_revisions)

    async def more(self) -> None:
        """Returns after a complete poll that begins after the call."""
        enough = self.count + 2

        def enough_looks() -> bool:
            assert self.watch is not None
            self.watch.wake()
            return self.count >= enough

        await until(enough_looks)


class Process:
    """The application of one process, with concurrent requests that may wait."""

    def __init__(self, opened: OpenStore, partner: Tenant, looks: Looks) -> None:
        self.looks = looks
        self.store = opened.store
        self.partner = partner
        self.application = Application(opened.store, BASE, BASE)

    async def ask(self, query: str, gone: asyncio.Event | None = None, partner: Tenant | None = None) -> Answer:
        """The response to a query. The client disconnects when the event is set."""
        key = (partner or self.partner).secret
        scope = {
            "type": "http",
            "method": "GET",
            "path": LIST,
            "query_string": query.encode(),
            "headers": [(b"authorization", f"Bearer {key}".encode())],
        }
        messages = iter([{"type": "http.request", "body": b"", "more_body": False}])
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            for message in messages:
                return message
            await (gone or asyncio.Event()).wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self.application(scope, receive, send)
        return Answer(sent)

    async def token(self) -> str:
        """The present token."""
        return (await self.ask("limit=1")).token

    async def wait(self, since: str, query: str = "", **more: Any) -> Answer:
        """The response to a request that may wait long."""
        return await self.ask(f"updated_since={since}&wait={LONG}{query}", **more)

    async def put(self, *numbers: int, line: str = LINE, recipient: str = ALICE) -> None:
        """Changes chats as another process does, without a signal in this one."""
        await save(self.store, self.partner.id, *[make_chat(number, (recipient,), line=line) for number in numbers])

    @asynccontextmanager
    async def waiting(self, *requests: Coroutine[Any, Any, Answer]) -> AsyncGenerator[list["asyncio.Task[Answer]"]]:
        """The requests, once all of them wait; they must be over at the end of the block."""
        everyone = self.looks.joined + len(requests)
        tasks = [asyncio.ensure_future(each) for each in requests]
        await until(lambda: self.looks.joined >= everyone)
        await self.looks.more()
        assert not any(task.done() for task in tasks)
        yield tasks
        await asyncio.gather(*tasks)


@pytest.fixture
def play(
    opened: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[[Process], Coroutine[Any, Any, None]]], None]:
    """Runs a scene in its own process, with a partner that has three chats."""

    def run(scene: Callable[[Process], Coroutine[Any, Any, None]]) -> None:
        async def scenery() -> None:
            process = Process(opened, await new_partner(opened.store), Looks(monkeypatch))
            await process.put(1, 2, 3)
            try:
                await scene(process)
            finally:
                await process.application.close()

        opened.run(scenery())

    return run


Play = Callable[[Callable[[Process], Coroutine[Any, Any, None]]], None]


def test_what_has_changed_already_does_not_wait(play: Play) -> None:
    async def scene(process: Process) -> None:
        since = await process.token()
        await process.put(2)
        assert (await process.wait(since)).ids == [chat_id(2)]

    play(scene)


def test_nothing_changes(play: Play) -> None:
    async def scene(process: Process) -> None:
        since = await process.token()
        loop = asyncio.get_running_loop()
        began = loop.time()
        answer = await process.ask(f"updated_since={since}&wait=1")
        assert loop.time() - began >= 0.99
        assert (answer.body, answer.token) == ({"chats": [], "next_cursor": None}, since)

    play(scene)


def test_a_change_ends_the_wait(play: Play) -> None:
    async def scene(process: Process) -> None:
        since = await process.token()
        async with process.waiting(process.wait(since), process.wait(since, "&include=unread_count")) as [plain, more]:
            await process.put(2)
        assert plain.result().ids == more.result().ids == [chat_id(2)]
        assert more.result().body["chats"][0]["unread_count"] == 0
        assert (await process.ask(f"updated_since={plain.result().token}")).ids == []

    play(scene)


def test_a_change_of_this_process_is_heard_of_at_once(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "INTERVAL", LONG)

    async def scene(process: Process) -> None:
        since = await process.token()
        async with process.waiting(process.wait(since)) as [request]:
            body = json.dumps(
                {"from": LINE, "to": [BOB], "message": {"parts": [{"type": "text", "value": "hello"}]}}
            ).encode()
            await post(process, "/v3/chats", body)
        [chat] = request.result().body["chats"]
        assert chat["display_name"] == BOB

    play(scene)


async def post(process: Process, path: str, body: bytes) -> None:
    """Calls the service in the same process."""
    headers = [
        (b"authorization", f"Bearer {process.partner.secret}".encode()),
        (b"content-type", b"application/json"),
    ]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
        "state": {},
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await process.application(scope, receive, send)
    assert sent[0]["status"] == 201, sent


def test_only_what_is_asked_for_ends_a_wait(play: Play) -> None:
    async def scene(process: Process) -> None:
        since = await process.token()
        requests = [
            process.wait(since, f"&from={OTHER_LINE.replace('+', '%2B')}"),
            process.wait(since, f"&to={BOB.replace('+', '%2B')}"),
            process.wait(since, f"&from={LINE.replace('+', '%2B')}&to={BOB.replace('+', '%2B')}"),
            process.wait(since),
        ]
        async with process.waiting(*requests) as [line, handle, both, everything]:
            await process.put(4)
            assert (await everything).ids == [chat_id(4)]
            await process.put(5, line=OTHER_LINE, recipient=BOB)
            assert (await line).ids == (await handle).ids == [chat_id(5)]
            assert not both.done()
            await process.put(6, recipient=BOB)
            assert (await both).ids == [chat_id(6)]

    play(scene)


def test_a_revision_without_a_changed_chat_ends_no_wait(play: Play) -> None:
    async def scene(process: Process) -> None:
        since = await process.token()
        async with process.waiting(process.wait(since)) as [request]:
            for _ in range(3):
                async with process.store.change(context(process.partner.id)) as change:
                    change.next_revision()
                await process.looks.more()
                assert not request.done()
            await process.put(3)
        assert request.result().ids == [chat_id(3)]

    play(scene)


def test_those_who_come_later_and_have_seen_more_wait_on(play: Play) -> None:
    async def scene(process: Process) -> None:
        before = await process.token()
        async with process.waiting(process.wait(before)) as [old]:
            await process.put(1)
            new = asyncio.ensure_future(process.wait(await process.token()))
            assert (await old).ids == [chat_id(1)]
            await process.looks.more()
            assert not new.done()
            await process.put(2)
            assert (await new).ids == [chat_id(2)]

    play(scene)


def test_another_partners_changes_end_no_wait(play: Play) -> None:
    async def scene(process: Process) -> None:
        other = await new_partner(process.store)
        since = await process.token()
        theirs = (await process.ask("", partner=other)).token
        requests = process.wait(since), process.wait(theirs, partner=other)
        async with process.waiting(*requests) as [ours_waits, theirs_waits]:
            await save(process.store, other.id, make_chat(8))
            assert (await theirs_waits).ids == [chat_id(8)]
            await process.looks.more()
            assert not ours_waits.done()
            await process.put(1)
            assert (await ours_waits).ids == [chat_id(1)]

    play(scene)


def test_a_client_that_leaves_ends_its_wait(play: Play) -> None:
    async def scene(process: Process) -> None:
        gone = asyncio.Event()
        async with process.waiting(process.wait(await process.token(), gone=gone)) as [request]:
            gone.set()
        assert request.result().ids == []

    play(scene)


def test_the_end_of_the_process_ends_every_wait(play: Play) -> None:
    async def scene(process: Process) -> None:
        since = await process.token()
        async with process.waiting(process.wait(since), process.wait(since, "&limit=5")) as requests:
            process.application.stop_waiting()
        assert [request.result().token for request in requests] == [since, since]
        assert (await process.wait(since)).ids == []

    play(scene)


def test_many_wait_and_nobody_else_does(play: Play) -> None:
    async def scene(process: Process) -> None:
        since = await process.token()
        many = [process.wait(since) for _ in range(10 * (Limits().readers + Limits().writers))]
        async with process.waiting(*many) as requests:
            assert len((await process.ask("")).ids) == 3
            await process.put(2)
        assert {tuple(request.result().ids) for request in requests} == {(chat_id(2),)}

    play(scene)


def test_when_everything_is_taken(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "MAX_WAITING", 4)

    async def scene(process: Process) -> None:
        since = await process.token()
        async with process.waiting(process.wait(since), process.wait(since)):
            refused = await process.wait(since)
            assert (refused.status, refused.body["error"]["code"]) == (429, 1007)
            assert int(refused.headers[b"retry-after"]) == refused.body["error"]["retry_after"] > 0
            assert (await process.ask(f"updated_since={since}")).ids == []
            await process.put(1)
            assert (await process.ask(f"updated_since={since}&wait={LONG}")).ids == [chat_id(1)]
        since = await process.token()
        async with process.waiting(process.wait(since)):
            await process.put(1)

    play(scene)


def test_no_partner_takes_the_last_place(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "MAX_WAITING", 5)

    async def scene(process: Process) -> None:
        other, third = [await new_partner(process.store) for _ in range(2)]
        partners = (process.partner, other, third)
        since = {each.id: (await process.ask("limit=1", partner=each)).token for each in partners}

        def wait(partner: Tenant) -> Coroutine[Any, Any, Answer]:
            return process.wait(since[partner.id], partner=partner)

        async with process.waiting(*[wait(process.partner) for _ in range(3)]):
            assert (await wait(process.partner)).status == 429
            async with process.waiting(wait(other)):
                assert (await wait(other)).status == 429
                async with process.waiting(wait(third)):
                    for partner in (third, other):
                        await save(process.store, partner.id, make_chat(1))
            await process.put(1)

    play(scene)


def test_changes_without_pause(play: Play) -> None:
    """A client that continues from each response to the next sees the last state of every chat."""

    async def scene(process: Process) -> None:
        token, seen = await process.token(), dict[str, str]()

        async def follow() -> None:
            nonlocal token
            while "end" not in seen.values():
                answer = await process.wait(token, "&limit=3")
                seen.update({chat["id"]: chat["display_name"] for chat in answer.body["chats"]})
                token = answer.token

        following = asyncio.ensure_future(follow())
        for number in range(60):
            await save(process.store, process.partner.id, make_chat(number % 7 + 1, name=f"state {number}"))
            await asyncio.sleep(0.005)
        await save(process.store, process.partner.id, make_chat(8, name="end"))
        await following
        listed = (await process.ask("limit=100")).body["chats"]
        assert seen == {chat["id"]: chat["display_name"] for chat in listed}

    play(scene)
