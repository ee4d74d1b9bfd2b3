"""Types that every layer shares: the two sentinels, and the options of a request."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Iterator, Mapping, Sequence
from types import NoneType
from typing import IO, TYPE_CHECKING, Literal, Protocol, SupportsIndex, TypeAlias, TypedDict, TypeVar

if TYPE_CHECKING:
    from httpx2 import Timeout


T_co = TypeVar("T_co", covariant=True)


class NotGiven:
    """The argument was not passed, so the client's setting applies. ``None`` would mean something: no timeout."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"


class Omit:
    """Leave this out: a parameter that is not sent, or a default header that one request does without."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "omit"


__all__ = ["NOT_GIVEN", "NoneType", "NotGiven", "Omit", "RequestOptions", "not_given", "omit"]

NOT_GIVEN = NotGiven()
not_given = NOT_GIVEN
omit = Omit()

Headers: TypeAlias = "Mapping[str, str | Omit]"
Query: TypeAlias = "Mapping[str, object]"
Body: TypeAlias = object
TimeoutTypes: TypeAlias = "float | Timeout | None"
BinaryTypes: TypeAlias = "str | bytes | bytearray | IO[bytes] | Iterable[bytes] | AsyncIterable[bytes]"
FileTypes: TypeAlias = "FileContent | tuple[str | None, FileContent] | tuple[str | None, FileContent, str | None]"
"""A file of a form: its content, or also its name, and its type."""
FileContent: TypeAlias = "IO[bytes] | bytes | str"
RequestFiles: TypeAlias = "Mapping[str, FileTypes] | Sequence[tuple[str, FileTypes]]"
"""The files of a multipart form by the names of their fields."""


class SequenceNotStr(Protocol[T_co]):
    """A list or a tuple, but not a string, which is a sequence of strings too."""

    def __contains__(self, value: object, /) -> bool: ...

    def __getitem__(self, index: SupportsIndex, /) -> T_co: ...

    def __iter__(self) -> Iterator[T_co]: ...

    def __len__(self) -> int: ...


class RequestOptions(TypedDict, total=False):
    """The ``options`` of ``client.get``, ``post``, …; each overrides the client's setting."""

    headers: Headers
    params: Query
    extra_json: Mapping[str, object]
    """Merged into a JSON body; overrides the body's own fields."""
    timeout: TimeoutTypes
    """Seconds, for each of: connect, read, write, and wait for a free connection."""
    max_retries: int
    idempotency_key: str


class MethodOptions(TypedDict, total=False):
    """The request options that every method of a resource takes."""

    extra_headers: Headers | None
    """Headers to add, or to send instead of the client's own; ``omit`` removes a default header."""
    extra_query: Query | None
    """Query parameters to add."""
    extra_body: Body | None
    """Fields to add to the JSON body."""
    timeout: TimeoutTypes | NotGiven
    """Seconds, or an ``httpx2.Timeout``; None waits forever."""
