"""The text of an archived attributed string; None if the bytes are not one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.messages_archive import archived
from trunkline.sources.imessage.typedstream import text_of

PLAIN = bytes.fromhex(
    "040b73747265616d747970656481e803840140848484124e5341747472696275746564537472696e67008484084e534f626a656374"
    "008592848484084e53537472696e67019484012b0648656c6c6f218684026949010692848484"
)
"""Older systems write an immutable string, whose class chain is shorter."""


@pytest.mark.parametrize("text", ["STOP", "", "\U0001f600 é", "a" * 127, "a" * 128, "é" * 20_000, "a" * 40_000])
def test_text_of_every_length(text: str) -> None:
    assert text_of(archived(text)) == text


def test_text_of_an_immutable_string() -> None:
    assert text_of(PLAIN) == "Hello!"


def test_a_text_that_looks_like_an_archive_is_returned_unchanged() -> None:
    text = "NSString\x01\x05\x04\x01+\x03abc"
    assert text_of(archived(text)) == text


@pytest.mark.parametrize(
    "body", [b"", b"bplist00", b"\x04\x0bstreamtyped", b"\x04\x0btypedstream" + archived("a")[13:]]
)
def test_bytes_that_are_not_an_archive_have_no_text(body: bytes) -> None:
    assert text_of(body) is None


def test_text_that_is_not_utf8_is_none() -> None:
    assert text_of(archived("abcd").replace(b"abcd", b"\xff\xff\xff\xff")) is None


@given(st.text(max_size=300), st.integers(min_value=0))
def test_a_truncated_archive_has_its_complete_text_or_none(text: str, cut: int) -> None:
    body = archived(text)
    assert text_of(body[: cut % (len(body) + 1)]) in (text, None)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_raise_no_error(tail: bytes) -> None:
    start = archived("").partition(b"\x84\x01+")[0] + b"\x84\x01+"
    text_of(start + tail)
