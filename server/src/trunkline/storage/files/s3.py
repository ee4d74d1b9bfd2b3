"""Files in a bucket of Amazon S3, or of a store with the same API, through obstore.

Each request is short, so that each has a timeout: a file is read in pieces, and a large one is written in parts.
"""

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Generator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from obstore.exceptions import BaseError
from obstore.store import S3Store

from trunkline.domain.errors import FilesNotReady
from trunkline.storage.files.base import FileMissing, check_name

if TYPE_CHECKING:
    from obstore.store import S3Config

PART = 5 * 1024 * 1024  # bytes; S3 accepts no smaller part but the last
READ = 1024 * 1024  # bytes that are requested at once …
PIECE = 256 * 1024  # … and passed on at once, because the server queues several pieces for a slow client
CONNECT_TIMEOUT = timedelta(seconds=5)
TIMEOUT = timedelta(seconds=60)  # of one request
RETRY_TIMEOUT = timedelta(seconds=20)  # no retry begins later


class S3:
    """A bucket, or the objects with a prefix in it."""

    def __init__(self, bucket: str, prefix: str, *, endpoint: str | None, region: str | None) -> None:
        """The region, the endpoint and the credentials default to the ``AWS_*`` variables."""
        self._place = f"s3://{bucket}/{prefix}".rstrip("/")
        config: S3Config = {}
        if endpoint is not None:
            config["endpoint"] = endpoint
        if region is not None:
            config["region"] = region
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            config=config,
            client_options={"allow_http": True, "connect_timeout": CONNECT_TIMEOUT, "timeout": TIMEOUT},
            retry_config={"max_retries": 3, "retry_timeout": RETRY_TIMEOUT},
        )

    async def write(self, name: str, content: AsyncIterable[bytes]) -> None:
        check_name(name)
        chunks = aiter(content)
        begin = bytearray()
        async for chunk in chunks:
            begin += chunk
            if len(begin) >= PART:
                break
        with self._storing():
            if len(begin) < PART:
                await self._store.put_async(name, bytes(begin), use_multipart=False)
            else:
                whole = _chain(begin, chunks)
                await self._store.put_async(name, whole, use_multipart=True, chunk_size=PART, max_concurrency=1)

    async def read(self, name: str, start: int, stop: int) -> AsyncGenerator[bytes]:
        check_name(name)
        while start < stop:
            end = min(start + READ, stop)
            try:
                with self._storing():
                    found = bytes(await self._store.get_range_async(name, start=start, end=end))
            except FileNotFoundError:
                raise FileMissing(f"the file {name} is not in {self._place}") from None
            for begin in range(0, len(found), PIECE):
                yield found[begin : begin + PIECE]
            start = end

    async def delete(self, name: str) -> None:
        check_name(name)
        with suppress(FileNotFoundError), self._storing():
            await self._store.delete_async(name)

    async def size(self, name: str) -> int | None:
        check_name(name)
        try:
            with self._storing():
                return (await self._store.head_async(name))["size"]
        except FileNotFoundError:
            return None

    async def names(self) -> AsyncGenerator[str]:
        with self._storing():
            async for batch in self._store.list():  # pyright: ignore[reportUnknownMemberType]
                for entry in batch:
                    yield entry["path"]

    async def check_ready(self) -> None:
        with self._storing():
            await self._store.list_with_delimiter_async("0")  # pyright: ignore[reportUnknownMemberType]

    async def close(self) -> None:
        pass

    @contextmanager
    def _storing(self) -> Generator[None]:
        """Turns an error of obstore into one of the service, except that a file does not exist."""
        try:
            yield
        except (BaseError, OSError) as error:
            reason = str(error).partition("\n")[0]
            if isinstance(error, FileNotFoundError) and "NoSuchBucket" not in str(error):
                raise
            raise FilesNotReady(f"cannot use the attachments in {self._place}: {reason}") from error


async def _chain(begin: bytearray, others: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    yield bytes(begin)
    begin.clear()
    async for chunk in others:
        yield chunk
