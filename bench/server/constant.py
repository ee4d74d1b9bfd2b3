"""The limit: the same HTTP server answering ``/N`` with N constant bytes.

``python -m bench.server.constant --port …``
"""

from functools import lru_cache
from typing import Any

from bench.server.granian import serve

_HEADERS = [(b"content-type", b"application/json"), (b"x-trace-id", b"0" * 32)]


@lru_cache(maxsize=64)
def _body(path: str) -> bytes:
    return b"x" * int(path[1:])


async def app(scope: Any, _receive: Any, send: Any) -> None:
    """The least that an application can do."""
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": _body(scope["path"])})


if __name__ == "__main__":
    serve("bench.server.constant:app", lifespan=False)
