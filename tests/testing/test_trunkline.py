"""The service of a test: its clients see what its factories make."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from linq import APIConnectionError, AuthenticationError, BadRequestError, PermissionDeniedError
from trunkline import testing
from trunkline.domain.errors import CommandError, InvalidPhoneNumber
from trunkline.testing import Partner, Trunkline, open_trunkline

MOMENT = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


def test_a_factory_returns_the_chat_that_the_list_shows(trunkline: Trunkline) -> None:
    line = trunkline.line("+12125550100", label="Support")
    direct = trunkline.chat("Carol@Example.com", service="SMS", health="CRITICAL", line=line)
    group = trunkline.chat("+13105550111", "+13105550112", name="Climbing", service=None)

    assert trunkline.client.chats.list_chats().chats == [group, direct]
    assert [handle.handle for handle in direct.handles] == ["+12125550100", "carol@example.com"]
    assert [handle.is_me for handle in group.handles] == [True, False, False]
    assert (direct.is_group, group.is_group, group.display_name) == (False, True, "Climbing")
    assert direct.health_status.doc_url == f"{trunkline.base_url}/guides/chats/chat-health#critical"


def test_chats_follow_each_other_in_time(trunkline: Trunkline) -> None:
    trunkline.clock.set(MOMENT)
    times = [chat.created_at for chat in [trunkline.chat(), *trunkline.chats(2), trunkline.chat()]]
    assert times == [MOMENT + timedelta(seconds=seconds) for seconds in range(4)]


def test_an_update_moves_a_chat_to_the_top(trunkline: Trunkline) -> None:
    first, second = trunkline.chats(2)
    trunkline.clock.advance(minutes=5)
    updated = trunkline.update(first, health="AT_RISK")

    assert trunkline.client.chats.list_chats().chats == [updated, second]
    assert updated.health_status.updated_at == updated.updated_at > second.updated_at
    assert trunkline.update(second.id, name="Named").display_name == "Named"
    with pytest.raises(LookupError):
        trunkline.partner().update(first)


def test_a_chat_with_given_times(trunkline: Trunkline) -> None:
    old = trunkline.chat(created_at=MOMENT - timedelta(days=900), updated_at=MOMENT)
    assert (old.created_at, old.updated_at) == (MOMENT - timedelta(days=900), MOMENT)
    with pytest.raises(ValueError, match="time zone"):
        trunkline.chat(created_at=datetime(2026, 1, 1))


def test_partners_are_isolated(trunkline: Trunkline) -> None:
    other = trunkline.partner("Other")
    mine, theirs = trunkline.chat(line="+12125550100"), other.chat("+13105550111", line="+12125550100")
    only_theirs = other.line()

    assert trunkline.client.chats.list_chats().chats == [mine]
    assert other.client.chats.list_chats(from_="+12125550100").chats == [theirs]
    with pytest.raises(PermissionDeniedError):
        trunkline.client.chats.list_chats(from_=only_theirs.phone_number)


def test_invalid_lines_partners_and_chats(trunkline: Trunkline) -> None:
    line = trunkline.line()
    with pytest.raises(CommandError):
        trunkline.line(line.phone_number)
    with pytest.raises(CommandError):
        trunkline.partner(trunkline.first.name)
    with pytest.raises(InvalidPhoneNumber):
        trunkline.chat("nobody")
    with pytest.raises(ValueError, match="twice"):
        trunkline.chat("+13105550111", "+13105550111")
    assert trunkline.client.chats.list_chats().chats == []


def test_keys_and_cursors_expire_by_the_clock(trunkline: Trunkline) -> None:
    trunkline.chats(2)
    client = trunkline.client.with_options(
        api_key=trunkline.new_key(expires_at=trunkline.clock.now + timedelta(days=1))
    )
    page = client.chats.list_chats(limit=1)
    trunkline.clock.advance(hours=23)
    client.chats.list_chats()
    trunkline.clock.advance(hours=1)
    with pytest.raises(AuthenticationError):
        client.chats.list_chats()
    trunkline.clock.advance(days=30)
    with pytest.raises(BadRequestError):
        trunkline.client.chats.list_chats(limit=1, cursor=page.next_cursor)


def test_a_clock_only_advances(trunkline: Trunkline) -> None:
    start = trunkline.clock.now
    trunkline.clock.advance(seconds=1.5, days=1)
    assert trunkline.clock.now - start == timedelta(days=1, seconds=1.5)
    with pytest.raises(ValueError, match="cannot advance by"):
        trunkline.clock.advance(seconds=-1)
    with pytest.raises(ValueError, match="time zone"):
        trunkline.clock.set(datetime(2026, 1, 1))


def test_any_http_client_reaches_the_service(trunkline: Trunkline) -> None:
    with httpx2.Client(transport=trunkline.transport, base_url=trunkline.base_url) as http:
        assert http.get("/healthz").json() == {"status": "ok"}
        assert http.get("/v3/chats").status_code == 401
        head = http.head("/v3/chats", headers={"Authorization": f"Bearer {trunkline.key}"})
        assert (head.status_code, head.content) == (200, b"")
        assert http.get("/nowhere").json()["error"]["code"] == 2001
    assert [request.url.path for request in trunkline.requests] == ["/healthz", "/v3/chats", "/v3/chats", "/nowhere"]


def test_clients_in_several_threads(trunkline: Trunkline) -> None:
    trunkline.chats(20)
    counts: list[int] = []
    threads = [
        threading.Thread(target=lambda: counts.append(len(list(trunkline.client.chats.list_chats(limit=3)))))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [20] * 8


@pytest.fixture
def before() -> Iterator[set[threading.Thread]]:
    """The running threads; after the test, the same ones run."""
    threads = set(threading.enumerate())
    yield threads
    assert set(threading.enumerate()) == threads


def test_running_requests_end_with_the_service(tmp_path: Path, before: set[threading.Thread]) -> None:
    failures: list[Exception] = []

    def ask(partner: Partner) -> None:
        try:
            partner.client.with_options(max_retries=0).chats.list_chats()
        except APIConnectionError as error:
            failures.append(error)

    with open_trunkline(tmp_path) as trunkline:
        trunkline.faults.slow(60)
        thread = threading.Thread(target=ask, args=(trunkline.first,))
        thread.start()
        while trunkline.faults.unused:
            time.sleep(0.001)
    thread.join(10)
    ask(trunkline.first)
    assert ["is over" in str(failure) for failure in failures] == [True, True]
    with pytest.raises(RuntimeError, match="over"):
        trunkline.chat()
    assert before <= set(threading.enumerate())


def test_a_missing_folder(tmp_path: Path, before: set[threading.Thread]) -> None:
    with pytest.raises(CommandError, match="no folder"), open_trunkline(tmp_path / "missing"):
        pass
    assert before <= set(threading.enumerate())


def test_every_exported_name_exists() -> None:
    assert {name for name in dir(testing) if hasattr(testing, name)} == set(dir(testing))
    with pytest.raises(AttributeError):
        _ = testing.nothing  # pyright: ignore[reportAttributeAccessIssue]
