"""Downloads: the file as it is, ranges of it, and nothing that a browser would run."""

from collections.abc import AsyncGenerator
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.attachments import file_names, get, uploaded
from tests.support.caller import Caller
from tests.support.envelope import refused
from tests.support.open_store import OpenStore
from trunkline.api.file_transfer import disposition
from trunkline.domain.errors import FilesNotReady
from trunkline.testing.clock import Clock

CONTENT = bytes(range(100))


@pytest.fixture(scope="module")
def opened(opened_with_files: OpenStore) -> OpenStore:
    """The store of this module has each kind of file store."""
    return opened_with_files


@pytest.fixture
def url(we: Caller) -> str:
    """The URL of a file of a hundred bytes."""
    return uploaded(we, CONTENT, filename="menü.html", content_type="text/html")["download_url"]


def test_the_whole_file(we: Caller, url: str) -> None:
    response = get(we.api, url)
    assert (response.status_code, response.content) == (200, CONTENT)
    headers = dict(response.headers)
    assert headers.pop("x-trace-id")
    etag = headers.pop("etag")
    assert etag.startswith('"')
    assert headers == {
        "content-type": "text/html",
        "content-length": "100",
        "content-disposition": "attachment; filename=\"men_.html\"; filename*=UTF-8''men%C3%BC.html",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
        "referrer-policy": "no-referrer",
        "cache-control": "private, no-cache",
        "accept-ranges": "bytes",
    }


def test_head(we: Caller, url: str) -> None:
    whole, head = get(we.api, url), get(we.api, url, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert {**head.headers, "x-trace-id": ""} == {**whole.headers, "x-trace-id": ""}


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=90-", 90, 100),
        ("bytes=90-1000", 90, 100),
        ("bytes=-5", 95, 100),
        ("bytes=-1000", 0, 100),
        ("Bytes=0-99", 0, 100),
    ],
)
def test_a_range(we: Caller, url: str, wanted: str, start: int, stop: int) -> None:
    response = get(we.api, url, range=wanted)
    assert (response.status_code, response.content) == (206, CONTENT[start:stop])
    assert response.headers["content-range"] == f"bytes {start}-{stop - 1}/100"
    assert response.headers["content-length"] == str(stop - start)


@pytest.mark.parametrize("wanted", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=" + "9" * 18 + "-"])
def test_a_range_beyond_the_file(we: Caller, url: str, wanted: str) -> None:
    response = get(we.api, url, range=wanted)
    refused(response, 416, 1005)
    assert response.headers["content-range"] == "bytes */100"


@pytest.mark.parametrize(
    "wanted",
    ["bytes=0-1,5-6", "bytes=5-2", "bytes=-", "bytes=a-b", "lines=1-2", "bytes", "", "bytes=1-2-3", "bytes=٣-"],
)
def test_other_ranges_are_ignored(we: Caller, url: str, wanted: str) -> None:
    response = get(we.api, url, range=wanted)
    assert (response.status_code, response.content) == (200, CONTENT)


def test_if_range(we: Caller, url: str) -> None:
    etag = get(we.api, url).headers["etag"]
    assert get(we.api, url, range="bytes=1-2", if_range=etag).content == CONTENT[1:3]
    for other in ('"other"', f"W/{etag}", "Wed, 21 Oct 2015 07:28:00 GMT"):
        assert get(we.api, url, range="bytes=1-2", if_range=other).content == CONTENT


def test_if_none_match(we: Caller, url: str) -> None:
    etag = get(we.api, url).headers["etag"]
    for listed in (etag, f'"a", {etag}', f"W/{etag}", "*"):
        response = get(we.api, url, if_none_match=listed)
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["etag"] == etag
    assert get(we.api, url, if_none_match='"other"').status_code == 200


def test_a_url_expires_after_one_to_two_days(we: Caller, clock: Clock) -> None:
    url = uploaded(we)["download_url"]
    clock.advance(hours=23)
    assert get(we.api, url).status_code == 200
    clock.advance(hours=26)
    message = refused(get(we.api, url), 403, 2005)
    assert "expired" in message


@pytest.mark.parametrize("change", ["partner=1", "expires=1", "signature=0", ""])
def test_an_edited_url(we: Caller, url: str, change: str) -> None:
    path, _, query = url.partition("?")
    kept = [each for each in query.split("&") if not change or each.partition("=")[0] != change.partition("=")[0]]
    edited = f"{path}?{'&'.join([*kept, change])}" if change else path
    refused(get(we.api, edited), 403, 2005)
    refused(get(we.api, edited.replace("/files/", "/files/../")), 404, 2001)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=255))
def test_the_name_of_any_file_survives_its_header(name: str) -> None:
    value = disposition(name).decode("ascii")
    plain, _, encoded = value.removeprefix('attachment; filename="').partition('"')
    assert '"' not in plain
    assert "\\" not in plain
    if encoded:
        assert unquote(encoded.removeprefix("; filename*=UTF-8''")) == name
    else:
        assert plain == name


def test_a_file_that_is_gone_from_the_file_store(
    we: Caller, url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store = we.api.opened.store
    [name] = file_names(we)
    with monkeypatch.context() as patch:

        async def away(_name: str, _start: int, _stop: int) -> AsyncGenerator[bytes]:
            raise FilesNotReady("cannot use the attachments in s3://secret")
            yield b""

        patch.setattr(store.files, "read", away)
        assert "secret" not in refused(get(we.api, url), 503, 3006)
    we.api.opened.run(store.files.delete(name))
    refused(get(we.api, url), 500, 3006)
    assert name in caplog.text


@pytest.mark.parametrize("sent", [0, 50])
def test_an_attachment_deleted_during_its_download(
    we: Caller, sent: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = uploaded(we, CONTENT)
    read = we.api.opened.store.files.read

    async def deleted(name: str, start: int, stop: int) -> AsyncGenerator[bytes]:
        if sent:
            yield CONTENT[:sent]
        assert (await we.calling("DELETE", f"/v3/attachments/{made['attachment_id']}")).status_code == 204
        async for piece in read(name, start + sent, stop):
            yield piece

    monkeypatch.setattr(we.api.opened.store.files, "read", deleted)
    response = get(we.api, made["download_url"])
    if sent:
        assert (response.status_code, response.content) == (200, CONTENT[:sent])
        assert "does not exist any longer" in caplog.text
    else:
        refused(response, 404, 2001)
    assert all(record.exc_info is None for record in caplog.records)
