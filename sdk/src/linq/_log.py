"""The logger ``linq``. No key ever appears in its lines.

``LINQ_API_V3_LOG=info`` logs a line for every request and retry, ``debug`` the headers too. Without it, the
application's logging configuration decides.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping

from linq._errors import LinqApiv3Error

logger = logging.getLogger("linq")
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO}
_SECRET_WORDS = ("auth", "key", "token", "secret", "cookie", "password", "signature")


def configure(environment: Mapping[str, str] = os.environ) -> None:
    """Set the level of ``LINQ_API_V3_LOG``, and add a handler on standard error if there is no handler at all.

    Raises ``LinqApiv3Error`` for any other level.
    """
    wanted = environment.get("LINQ_API_V3_LOG", "")
    if not wanted:
        return
    if wanted.lower() not in _LEVELS:
        raise LinqApiv3Error(f"LINQ_API_V3_LOG must be 'info' or 'debug', not {wanted!r}")
    logger.setLevel(_LEVELS[wanted.lower()])
    if not logger.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
        logger.addHandler(handler)


def safe_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers, with every value that may be a secret replaced by ``***``."""
    return {
        name: "***" if any(word in name.lower() for word in _SECRET_WORDS) else value for name, value in headers.items()
    }


def safe_text(text: str, secret: str) -> str:
    """``text`` with ``***`` in place of the secret, and of the user name and password of a URL."""
    return re.sub(r"(?<=://)[^/@\s]+@", "***@", text.replace(secret, "***"))
