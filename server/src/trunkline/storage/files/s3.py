"""Files in a bucket of Amazon S3, or of a store with the same API, through obstore.

Each request is short, so that each has a timeout: a file is read in pieces, and a large one is written in parts. We use
the blocking calls of obstore. Its asynchronous ones enter Python from threads of the library, and if one does so while
the process ends, the process aborts.
"""

from collections.abc import AsyncGenerator, AsyncIterable, Generator
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from trunkline.domain.errors import FilesNotReady
from trunkline.storage.files.base import FileMissing, check_name
from trunkline.storage.files.threads import Threads

if TYPE_CHECKING:
    from obstore import WritableFile
    from obstore.store import S3Config

THREADS = 16
PART = 5 * 1024 * 1024  # bytes; S3 accepts no smaller part but the last
READ = 1024 * 1024  # bytes that are requested at once …
PIECE = 256 * 1024  # … and passed on at once, because the server queues several pieces for a slow client
CONNECT_TIMEOUT = timedelta(seconds=5)
TIMEOUT = timedelta(seconds=60)  # of one request
RETRY_TIMEOUT = timedelta(seconds=20)  # no retry begins later

_BATCH = 1000  # names that are listed at once


class S3:
    """A bucket, or the objects with a prefix in it."""

    def __init__(self, bucket: str, prefix: str, *, endpoint: str | None, region: str | None) -> None:
        """The region, the endpoint and the credentials default to the ``AWS_*`` variables."""
        self._place = f"s3://{bucket}/{prefix}".rstrip("/")
        self._threads = Threads(THREADS)
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
        waiting = bytearray()
        writer: WritableFile | None = None
        try:
            async for chunk in content:
                waiting += chunk
                # A file of less than one part is one request; anything larger is uploaded in parts.
                if len(waiting) >= (PART if writer is None else PIECE):
                    with self._storing():
                        if writer is None:
                            writer = await self._threads.run(self._open, name)
                        await self._threads.run(writer.write, bytes(waiting))
                    waiting.clear()
            with self._storing():
                if writer is None:
                    await self._threads.run(self._store.put, name, bytes(waiting), use_multipart=False)
                else:
                    await self._threads.run(writer.write, bytes(waiting))
                    await self._threads.run(writer.close)
        except BaseException as error:
            if writer is not None:
                # Gives the parts up, which the bucket would otherwise keep.
                with suppress(FilesNotReady), self._storing():
                    await self._threads.run(_give_up, writer, error)
            raise

    async def read(self, name: str, start: int, stop: int) -> AsyncGenerator[bytes]:
        check_name(name)
        while start < stop:
            end = min(start + READ, stop)
            try:
                with self._storing():
                    found = bytes(await self._threads.run(self._store.get_range, name, start=start, end=end))
            except FileNotFoundError:
                raise FileMissing(f"the file {name} is not in {self._place}") from None
            for begin in range(0, len(found), PIECE):
                yield found[begin : begin + PIECE]
            start = end

    async def delete(self, name: str) -> None:
        check_name(name)
        with suppress(FileNotFoundError), self._storing():
            await self._threads.run(self._store.delete, name)

    async def size(self, name: str) -> int | None:
        check_name(name)
        try:
            with self._storing():
                return (await self._threads.run(self._store.head, name))["size"]
        except FileNotFoundError:
            return None

    async def names(self) -> AsyncGenerator[str]:
        found = self._names()
        with self._storing():
            while batch := await self._threads.run(lambda: list(islice(found, _BATCH))):
                for name in batch:
                    yield name

    async def check_ready(self) -> None:
        with self._storing():
            await self._threads.run(lambda: next(self._names("0"), None))

    async def probe(self) -> None:
        pass

    async def close(self) -> None:
        await self._threads.close()

    def _open(self, name: str) -> "WritableFile":
        return obstore.open_writer(self._store, name, buffer_size=PART, max_concurrency=1)

    def _names(self, prefix: str | None = None) -> Generator[str]:
        for batch in self._store.list(prefix):  # pyright: ignore[reportUnknownMemberType]
            yield from (entry["path"] for entry in batch)

    @contextmanager
    def _storing(self) -> Generator[None]:
        """Turns an error of obstore into one of the service, except that a file does not exist."""
        try:
            yield
        except (BaseError, OSError) as error:
            reason = str(error).partition("\n")[0]
            if "NoSuchBucket" in str(error):
                reason = "there is no such bucket; create it, or change TRUNKLINE_ATTACHMENTS"
            elif isinstance(error, FileNotFoundError):
                raise
            raise FilesNotReady(f"cannot use the attachments in {self._place}: {reason}") from error


def _give_up(writer: "WritableFile", error: BaseException) -> None:
    writer.__exit__(type(error), error, error.__traceback__)  # pyright: ignore[reportUnknownMemberType]
