"""A page of a list without the fetching: what every one has, and what to ask for the next one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from linq._errors import LinqApiv3Error
from linq._models import BaseModel
from linq._request import Call

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PageInfo:
    """What to add to the query to get the next page."""

    params: Mapping[str, object]


class CursorPage(BaseModel, Generic[T]):
    """One page of a walk: some items, and the cursor that leads on (None at the end).

    Each list of the API has its own name for the items, so the classes built on this one declare both fields, and say
    in ``page_items`` which is theirs.
    """

    if TYPE_CHECKING:
        next_cursor: str | None

        # pydantic's own goes over the fields; the pages built on this one go over their items.
        def __iter__(self) -> Any: ...

    def page_items(self) -> list[T]:
        """The items of this page alone."""
        raise NotImplementedError

    def has_next_page(self) -> bool:
        """Whether anything comes after this page."""
        return bool(self.next_cursor)

    def next_page_info(self) -> PageInfo | None:
        """The query parameters of the next page, or None at the end."""
        return PageInfo({"cursor": self.next_cursor}) if self.next_cursor else None


def following(call: Call, page: CursorPage[T]) -> Call:
    """The call for the page after ``page``, which ``call`` fetched.

    Raises ``LinqApiv3Error`` at the end, and when the server answers with the cursor it was asked with: such a walk
    would never end.
    """
    info = page.next_page_info()
    if info is None:
        raise LinqApiv3Error("This is the last page (next_cursor is None); ask has_next_page() first")
    if info.params["cursor"] == call.query.get("cursor"):
        raise LinqApiv3Error(
            f"The server sent the cursor {page.next_cursor!r} back as the next one: the walk cannot go on"
        )
    return replace(call, query={**call.query, **info.params})


def check_prefetch(prefetch: int) -> int:
    """``prefetch`` itself. Raises ``ValueError`` unless it is 0 or 1: a cursor only tells the one page that is next."""
    if prefetch not in (0, 1):
        raise ValueError(f"prefetch must be 0 (fetch a page when it is needed) or 1 (one page ahead), not {prefetch!r}")
    return prefetch
