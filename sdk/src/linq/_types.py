"""The small types that every layer shares: the two marks for "nothing was said here", and what a caller may pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal, Protocol, SupportsIndex, TypeAlias, TypedDict, TypeVar

if TYPE_CHECKING:
    from httpx2 import Timeout


T_co = TypeVar("T_co", covariant=True)


class NotGiven:
    """The caller said nothing, so the client's own setting holds (``None`` would mean something: no timeout at all)."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"


class Omit:
    """Leave it out: a parameter that is not sent, or a default header that this request goes without."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "omit"


NOT_GIVEN = NotGiven()
not_given = NOT_GIVEN
omit = Omit()

Headers: TypeAlias = "Mapping[str, str | Omit]"
Query: TypeAlias = "Mapping[str, object]"
Body: TypeAlias = object
TimeoutTypes: TypeAlias = "float | Timeout | None"


class SequenceNotStr(Protocol[T_co]):
    """A list or a tuple, but no string, which would be a sequence of strings as well."""

    def __contains__(self, value: object, /) -> bool: ...

    def __getitem__(self, index: SupportsIndex, /) -> T_co: ...

    def __iter__(self) -> Iterator[T_co]: ...

    def __len__(self) -> int: ...


class RequestOptions(TypedDict, total=False):
    """What ``client.get``, ``post``, … take as ``options``, each over the client's own setting."""

    headers: Headers
    params: Query
    extra_json: Mapping[str, object]
    """Merged into a JSON body, over what the body itself says."""
    timeout: TimeoutTypes
    """Seconds, for each of connect, read, write and waiting for a connection."""
    max_retries: int
    idempotency_key: str
