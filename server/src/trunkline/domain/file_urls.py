"""Signed URLs of files, which need no key.

    {base}/files/{id}?partner=…&expires=…&signature=…

The signature is a keyed BLAKE2b over the purpose (upload or download), the partner, the id and the time of expiry, with
a key of its own that is derived from the store's. So a URL for downloads uploads nothing, and every worker accepts the
URLs of every other.
"""

import hmac
from enum import StrEnum
from hashlib import blake2b

from trunkline.domain.errors import InvalidSignedUrl
from trunkline.domain.instant import DAY, SECOND, Instant

FILE_PATH = "/files/{attachment_id}"

_SIGNATURE = 16  # bytes
_MAX_DIGITS = 15


class Purpose(StrEnum):
    """What a URL is for."""

    UPLOAD = "upload"
    DOWNLOAD = "download"


class FileUrls:
    """Signs and verifies the URLs of files for one store. ``base_url`` is the service's, without a trailing slash."""

    def __init__(self, secret: bytes, base_url: str) -> None:
        self._key = blake2b(key=secret, digest_size=32, person=b"trunkline files").digest()
        self._base_url = base_url

    def upload(self, partner_id: int, attachment_id: str, expires_at: Instant) -> str:
        """The URL to which a file is uploaded until that time."""
        return self._url(Purpose.UPLOAD, partner_id, attachment_id, expires_at)

    def download(self, partner_id: int, attachment_id: str, now: Instant) -> str:
        """The URL from which a file is downloaded; valid for one to two days.

        It ends at midnight UTC, so the URLs of one day are equal, and so is what contains them.
        """
        return self._url(Purpose.DOWNLOAD, partner_id, attachment_id, download_expiry(now))

    def partner(self, purpose: Purpose, attachment_id: str, query: dict[str, str], now: Instant) -> int:
        """The partner of a URL, from the parameters of its query. Raises ``InvalidSignedUrl``."""
        partner, expires, signature = (query.get(name, "") for name in ("partner", "expires", "signature"))
        numbers = partner + expires
        if not (numbers.isascii() and numbers.isdigit()) or max(len(partner), len(expires)) > _MAX_DIGITS:
            raise _not_valid(purpose)
        if not hmac.compare_digest(self._sign(purpose, partner, attachment_id, expires), signature.encode()):
            raise _not_valid(purpose)
        if now >= int(expires) * SECOND:
            raise InvalidSignedUrl(f"this URL has expired; {_REMEDIES[purpose]}")
        return int(partner)

    def _url(self, purpose: Purpose, partner_id: int, attachment_id: str, expires_at: Instant) -> str:
        partner, expires = str(partner_id), str(expires_at // SECOND)
        signature = self._sign(purpose, partner, attachment_id, expires).decode()
        path = FILE_PATH.format(attachment_id=attachment_id)
        return f"{self._base_url}{path}?partner={partner}&expires={expires}&signature={signature}"

    def _sign(self, purpose: Purpose, partner: str, attachment_id: str, expires: str) -> bytes:
        signed = "\n".join((purpose, partner, attachment_id, expires)).encode("utf-8", "surrogatepass")
        return blake2b(signed, key=self._key, digest_size=_SIGNATURE).hexdigest().encode()


def download_expiry(now: Instant) -> Instant:
    """When the URLs expire that are made now, in microseconds since 1970: the end of tomorrow."""
    return (now // DAY + 2) * DAY


_REMEDIES = {
    Purpose.UPLOAD: "ask for a new attachment with POST /v3/attachments",
    Purpose.DOWNLOAD: "GET /v3/attachments/{attachment_id} returns a new one",
}


def _not_valid(purpose: Purpose) -> InvalidSignedUrl:
    return InvalidSignedUrl(f"this URL is not valid: use it unchanged, or {_REMEDIES[purpose]}")
