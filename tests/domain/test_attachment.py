"""Which files can be attachments, and the signatures of their URLs."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain.attachment import CONTENT_TYPES, UPLOAD_WINDOW, Attachment, AttachmentStatus, check_file
from trunkline.domain.errors import InvalidParameter, InvalidSignedUrl
from trunkline.domain.file_urls import FileUrls, Purpose, download_expiry
from trunkline.domain.instant import DAY, SECOND

URLS = FileUrls(b"k" * 32, "https://chats.example")
ID = "00000000-0000-7000-8000-000000000000"
NOW = 20_000 * DAY + 5


def read(url: str) -> tuple[str, dict[str, str]]:
    """The id and the query of a URL."""
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc) == ("https", "chats.example")
    return parts.path.removeprefix("/files/"), dict(parse_qsl(parts.query))


@given(st.integers(1, 2**62), st.integers(0, 4_000_000_000 * SECOND))
def test_a_url_is_valid_until_it_expires(partner: int, now: int) -> None:
    attachment_id, query = read(URLS.download(partner, ID, now))
    if partner < 10**15:
        assert URLS.partner(Purpose.DOWNLOAD, attachment_id, query, now) == partner
        assert URLS.partner(Purpose.DOWNLOAD, attachment_id, query, download_expiry(now) - 1) == partner
    with pytest.raises(InvalidSignedUrl):
        URLS.partner(Purpose.DOWNLOAD, attachment_id, query, download_expiry(now))
    assert DAY < download_expiry(now) - now <= 2 * DAY


@given(st.sampled_from(["partner", "expires", "signature", "id", "purpose"]), st.text(max_size=40))
def test_any_change_makes_a_url_invalid(field: str, value: str) -> None:
    attachment_id, query = read(URLS.upload(3, ID, NOW + UPLOAD_WINDOW))
    purpose = Purpose.UPLOAD
    if field == "purpose":
        purpose = Purpose.DOWNLOAD
    elif field == "id":
        attachment_id = value
    elif query[field] == value:
        return
    else:
        query[field] = value
    with pytest.raises(InvalidSignedUrl):
        URLS.partner(purpose, attachment_id, query, NOW)


def test_urls_of_another_store_are_not_valid() -> None:
    attachment_id, query = read(FileUrls(b"x" * 32, "https://chats.example").download(3, ID, NOW))
    with pytest.raises(InvalidSignedUrl):
        URLS.partner(Purpose.DOWNLOAD, attachment_id, query, NOW)


def test_every_type_leads_to_a_type_of_the_api() -> None:
    assert all(CONTENT_TYPES[each] == each for each in CONTENT_TYPES.values())
    for each in CONTENT_TYPES:
        check_file("a", each, 1)
    for each in ("image/webp", "image/svg+xml", "audio/flac", "audio/ogg", "application/octet-stream", ""):
        with pytest.raises(InvalidParameter):
            check_file("a", each, 1)


@given(st.text(min_size=1, max_size=255))
def test_a_name_is_never_a_path(name: str) -> None:
    try:
        check_file(name, "text/plain", 1)
    except InvalidParameter:
        return
    assert name not in {".", ".."}
    assert not {"/", "\\", "\0", "\n", "\r"} & set(name)
    name.encode()


def test_the_status_of_an_attachment() -> None:
    waiting = Attachment(ID, "a", "text/plain", 1, NOW)
    assert waiting.status(NOW + UPLOAD_WINDOW) is AttachmentStatus.PENDING
    assert waiting.status(NOW + UPLOAD_WINDOW + 1) is AttachmentStatus.FAILED
    assert Attachment(ID, "a", "text/plain", 1, NOW, "1/x").status(NOW + DAY) is AttachmentStatus.COMPLETE
