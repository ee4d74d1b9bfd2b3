"""A page of a list without the fetching: its items, and the request for the page after it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from linq._errors import NoNextPageError
from linq._models import BaseModel
from linq._request import Request, Trail

T = TypeVar("T")
PageT = TypeVar("PageT")


@dataclass(frozen=True, slots=True)
class PageInfo:
    """The query parameters to add for the next page."""

    params: Mapping[str, object]


class PageModel(BaseModel):
    """A model that iterates over items; pydantic's own iterates over fields."""

    if TYPE_CHECKING:
        # The two types have nothing in common but Any.
        def __iter__(self) -> Any: ...


class CursorPage(PageModel, Generic[T]):
    """One page of a list: some items, and the cursor of the next page (None on the last one).

    Each list of the API has its own name for the items, so the subclasses declare both fields, and return theirs from
    ``page_items``.
    """

    if TYPE_CHECKING:
        next_cursor: str | None

    def page_items(self) -> list[T]:
        """The items of this page alone."""
        raise NotImplementedError

    def has_next_page(self) -> bool:
        """Whether another page follows this one."""
        return bool(self.next_cursor)

    def next_page_info(self) -> PageInfo | None:
        """The query parameters of the next page, or None on the last one."""
        return PageInfo({"cursor": self.next_cursor}) if self.next_cursor else None


def next_request(request: Request[object], page: CursorPage[T], cast_to: type[PageT]) -> Request[PageT]:
    """The request for the page after ``page``, which ``request`` fetched.

    Raises ``NoNextPageError`` on the last page, and ``LinqApiv3Error`` when the cursors of the server go in a circle.
    """
    cursor = page.next_cursor
    if not cursor:
        raise NoNextPageError("This is the last page (next_cursor is None); call has_next_page() first")
    trail = request.trail or Trail(last=_text(request.query.get("cursor")))
    following = request.with_result(cast_to, {**request.query, "cursor": cursor})
    return replace(following, trail=trail.followed_by(cursor))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
