"""Uploads: exactly the declared file, once, through an unchanged URL, or nothing at all."""

import asyncio
import re
from collections.abc import AsyncIterable
from typing import Any

import pytest
from httpx2 import Response

from tests.support.attachments import PDF, asked, file_names, get, put, putting, uploaded
from tests.support.caller import Caller
from tests.support.envelope import refused
from tests.support.open_store import OpenStore
from trunkline.actions.attachments.sweep import UNUSED_FOR, sweep
from trunkline.api import request_body
from trunkline.domain.errors import FilesFull, FilesNotReady
from trunkline.domain.instant import SECOND
from trunkline.storage.sql import Query
from trunkline.testing.clock import Clock

LARGE = 12_000_000  # bytes; more than two parts of a file in S3
_WAITING = Query("waiting", "select file from files_to_delete", ())


@pytest.fixture(scope="module")
def opened(opened_with_files: OpenStore) -> OpenStore:
    """The store of this module has each kind of file store."""
    return opened_with_files


def nothing_is_stored(we: Caller, attachment: dict[str, Any]) -> None:
    """Asserts that the attachment waits for its file, and can get it."""
    read = we.call("GET", f"/v3/attachments/{attachment['attachment_id']}").json()
    assert read["status"] == "pending"
    assert file_names(we) == []
    assert put(we.api, attachment["upload_url"], b"file").status_code == 200
    assert get(we.api, attachment["download_url"]).content == b"file"


@pytest.mark.parametrize("pieces", [[b"file"], [b"f", b"", b"ile"], [b"file", b""]])
def test_a_file_in_any_pieces(we: Caller, pieces: list[bytes]) -> None:
    made = asked(we)
    response = put(we.api, made["upload_url"], pieces)
    assert (response.status_code, response.content) == (200, b"")
    assert get(we.api, made["download_url"]).content == b"file"


def test_a_large_file(we: Caller) -> None:
    content = bytes(range(256)) * (LARGE // 256)
    made = asked(we, len(content))
    pieces = [content[start : start + 100_001] for start in range(0, len(content), 100_001)]
    assert put(we.api, made["upload_url"], pieces).status_code == 200
    assert get(we.api, made["download_url"]).content == content


@pytest.mark.parametrize(
    ("content_type", "length", "says"),
    [
        ("image/png", 4, "'Content-Type' is 'image/png'; it must be application/pdf"),
        ("application/pdf; charset=utf-8", 4, "'Content-Type' is"),
        ("APPLICATION/PDF", 4, "'Content-Type' is"),
        (None, 4, "'Content-Type' is missing"),
        (PDF, 5, "'Content-Length' is '5'; it must be 4"),
        (PDF, "04", "'Content-Length' is '04'"),
        (PDF, "+4", "'Content-Length' is '+4'"),
        (PDF, "nonsense", "'Content-Length' is 'nonsense'"),
        (PDF, None, "'Content-Length' is missing"),
    ],
)
def test_other_headers_are_refused(we: Caller, content_type: str | None, length: Any, says: str) -> None:
    made = asked(we)
    assert says in refused(put(we.api, made["upload_url"], b"file", content_type, length), 400, 1005)
    nothing_is_stored(we, made)


@pytest.mark.parametrize(
    ("pieces", "breaks", "says"),
    [
        ([b"fil"], False, "the file ends after 3 bytes; 4 bytes were declared"),
        ([b""], False, "the file ends after 0 bytes"),
        ([b"files"], False, "the file has more than 4 bytes"),
        ([b"fi", b"les"], False, "the file has more than 4 bytes"),
        ([b"fi"], True, "the body ends before it is complete"),
        ([b"file"], True, "the body ends before it is complete"),
    ],
)
def test_a_body_that_is_not_the_declared_file(we: Caller, pieces: list[bytes], breaks: bool, says: str) -> None:
    made = asked(we)
    assert says in refused(put(we.api, made["upload_url"], pieces, length=4, breaks=breaks), 400, 1003)
    nothing_is_stored(we, made)


@pytest.mark.parametrize("breaks", [False, True])
def test_half_of_a_large_file(we: Caller, breaks: bool) -> None:
    made = asked(we, LARGE)
    response = put(we.api, made["upload_url"], [bytes(1_000_000)] * 7, length=LARGE, breaks=breaks)
    refused(response, 400, 1003)
    assert file_names(we) == []


def test_only_an_unchanged_url_works(we: Caller, they: Caller, clock: Clock) -> None:
    made, other = asked(we), asked(we)
    url = made["upload_url"]
    edited = [
        url.replace(made["attachment_id"], other["attachment_id"]),
        re.sub(r"partner=\d+", f"partner={they.tenant.id}", url),
        re.sub(r"expires=(\d+)", lambda found: f"expires={int(found[1]) + 1}", url),
        re.sub(r"expires=(\d+)", r"expires=0\1", url),
        re.sub(r"expires=\d+", "expires=" + "9" * 400, url),
        re.sub(r"expires=\d+", "expires=-1", url),
        re.sub(r"expires=\d+", "expires=%F0%9F%98%80", url),
        re.sub(r"&signature=.*", "", url),
        re.sub(r"signature=.*", "signature=", url),
        url[:-1],
        url + "0",
        url[:-1] + ("0" if url[-1] != "0" else "1"),
        url.partition("?")[0],
        made["download_url"],
    ]
    for each in edited:
        message = refused(put(we.api, each, b"file"), 403, 2005)
        assert "not valid" in message or "at most 255" in message
    refused(put(we.api, url + "&partner=1", b"file"), 400, 1005)
    clock.advance(minutes=16)
    assert "expired" in refused(put(we.api, url, b"file"), 403, 2005)
    assert file_names(we) == []


def test_the_url_for_uploads_downloads_nothing(we: Caller) -> None:
    made = uploaded(we)
    refused(get(we.api, made["upload_url"]), 403, 2005)


def test_a_file_cannot_be_replaced(we: Caller) -> None:
    made = uploaded(we)
    refused(put(we.api, made["upload_url"], b"evil"), 409, 1006)
    assert get(we.api, made["download_url"]).content == b"file"
    assert len(file_names(we)) == 1


def test_of_simultaneous_uploads_one_is_stored(we: Caller) -> None:
    made = asked(we)
    contents = [b"%04d" % number for number in range(12)]

    async def race() -> list[Response]:
        return await asyncio.gather(*[putting(we.api, made["upload_url"], [each[:2], each[2:]]) for each in contents])

    responses = we.api.opened.run(race())
    won = [content for content, each in zip(contents, responses, strict=True) if each.status_code == 200]
    assert len(won) == 1
    for each in responses:
        if each.status_code != 200:
            refused(each, 409, 1006)
    assert get(we.api, made["download_url"]).content == won[0]
    assert len(file_names(we)) == 1


def test_an_attachment_deleted_during_its_upload(we: Caller) -> None:
    made = asked(we)

    async def race() -> Response:
        gate = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await gate.wait()
            return {"type": "http.request", "body": b"file", "more_body": False}

        upload = asyncio.create_task(_put_from(we, made, receive))
        await asyncio.sleep(0.05)
        assert (await we.calling("DELETE", f"/v3/attachments/{made['attachment_id']}")).status_code == 204
        gate.set()
        return await upload

    response = we.api.opened.run(race())
    assert made["attachment_id"] in refused(response, 404, 2001)
    assert file_names(we) == []


async def _put_from(we: Caller, made: dict[str, Any], receive: Any) -> Response:
    return await putting(we.api, made["upload_url"], [b"file"], receive=receive)


def test_a_client_that_stops_sending(we: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_body, "IDLE_TIMEOUT", 0.05)
    made = asked(we)
    message = refused(put(we.api, made["upload_url"], [b"fi"], length=4, stalls=True), 400, 1003)
    assert "too slowly" in message
    monkeypatch.undo()
    nothing_is_stored(we, made)


def test_a_client_that_sends_too_slowly(we: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_body, "TIMEOUT", 0.05)
    made = asked(we)

    async def trickle() -> dict[str, Any]:
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b"", "more_body": True}

    response = we.api.opened.run(putting(we.api, made["upload_url"], [b"file"], receive=trickle))
    assert "too slowly" in refused(response, 400, 1003)


@pytest.mark.parametrize(
    ("error", "status", "says"), [(FilesFull, 507, "no room left"), (FilesNotReady, 503, "does not answer")]
)
def test_a_file_store_that_is_full_or_away(
    we: Caller,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: type[Exception],
    status: int,
    says: str,
) -> None:
    made = asked(we)

    async def fails(_name: str, content: AsyncIterable[bytes]) -> None:
        async for _ in content:
            raise error("cannot use the folder of attachments /secret/place: No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(we.api.opened.store.files, "write", fails)
        message = refused(put(we.api, made["upload_url"], b"file"), status, 3006)
    assert says in message
    assert "secret" not in message
    [record] = [each for each in caplog.records if each.name == "trunkline.api"]
    assert "/secret/place" in record.getMessage()
    assert record.exc_info is None, "the cause is not in the service, so the log has one line"
    nothing_is_stored(we, made)


def test_what_a_killed_process_leaves_is_swept(we: Caller, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is written, and then everything stops."""
    made = asked(we)
    files = we.api.opened.store.files
    write = files.write

    async def killed(name: str, content: AsyncIterable[bytes]) -> None:
        await write(name, content)
        raise KeyboardInterrupt

    async def nothing(_name: str) -> None:
        raise FilesNotReady("killed")

    with monkeypatch.context() as patch:
        patch.setattr(files, "write", killed)
        patch.setattr(files, "delete", nothing)
        with pytest.raises(KeyboardInterrupt):
            put(we.api, made["upload_url"], b"file")
    assert len(file_names(we)) == 1
    we.api.opened.run(sweep(we.api.opened.store, clock()))
    assert len(file_names(we)) == 1, "an upload might still be in progress"
    clock.advance(seconds=UNUSED_FOR / SECOND)
    we.api.opened.run(sweep(we.api.opened.store, clock()))
    assert file_names(we) == []


def test_a_file_that_cannot_be_deleted_now_is_deleted_later(
    we: Caller, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = uploaded(we)

    async def away(_name: str) -> None:
        raise FilesNotReady("away")

    with monkeypatch.context() as patch:
        patch.setattr(we.api.opened.store.files, "delete", away)
        assert we.call("DELETE", f"/v3/attachments/{made['attachment_id']}").status_code == 204
    refused(get(we.api, made["download_url"]), 404, 2001)
    assert len(file_names(we)) == 1
    clock.tick()
    we.api.opened.run(sweep(we.api.opened.store, clock()))
    assert file_names(we) == []
    assert file_names(we) == []
    store = we.api.opened.store
    assert not [
        row for row in we.api.opened.run(store.database.fetch(_WAITING, ())) if row[0].startswith(str(we.tenant.id))
    ]
