"""Stored documents, and what they lack: the base of every ``doc_url``, and the URL of every attachment.

A URL of an attachment is signed and expires, so a document contains only the attachment's id, after a byte that JSON
never contains (``schemas/chat`` says why one byte). ``Completion`` fills both in when a document is served. To
documents without attachments, that costs the search for the byte.
"""

import re

from trunkline.domain.file_urls import FileUrls
from trunkline.domain.instant import Instant
from trunkline.schemas.chat import with_doc_base

_MARK = "\x1c"  # ASCII's file separator
_RAW = _MARK.encode()
_ESCAPED = b"\\u001c"  # how JSON writes it
_ENCODED = re.compile(rb'"url":"\\u001c([0-9a-f-]{36})"')  # cannot occur in text, whose quotation marks are escaped
_STORED = re.compile(rb"\x1c([0-9a-f-]{36})")


class Completion:
    """Completes documents for a service: its ``doc_base``, without a trailing slash, and its URLs of files."""

    def __init__(self, doc_base: str, urls: FileUrls) -> None:
        self.doc_base = doc_base
        self.urls = urls
        self._doc_base = doc_base.encode()

    def complete(self, documents: bytes, partner_id: int, now: Instant) -> bytes:
        """Documents of a partner, one or several joined, as JSON."""
        completed = with_doc_base(documents, self._doc_base)
        if _RAW not in completed:
            return completed
        return _STORED.sub(lambda found: self.urls.download(partner_id, found[1].decode(), now).encode(), completed)

    def complete_chats(self, documents: bytes) -> bytes:
        """Documents of chats, which contain no files."""
        return with_doc_base(documents, self._doc_base)


def file_mark(attachment_id: str) -> str:
    """What a document to be encoded has in place of the URL of an attachment."""
    return _MARK + attachment_id


def marked_file(url: str) -> str | None:
    """The id of the attachment whose URL is missing; None if the URL is one."""
    return url.removeprefix(_MARK) if url.startswith(_MARK) else None


def mark_files(encoded: bytes) -> bytes:
    """Marks, in encoded JSON, where ``Completion`` inserts the URLs of attachments."""
    return _ENCODED.sub(b'"url":"' + _RAW + rb'\1"', encoded) if _ESCAPED in encoded else encoded


def unmark_files(document: bytes) -> bytes:
    """A stored document as JSON that can be decoded."""
    return document.replace(_RAW, _ESCAPED)
