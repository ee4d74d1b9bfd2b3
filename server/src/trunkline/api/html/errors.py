"""The page of errors, to which every ``error.doc_url`` leads."""

from collections.abc import Sequence

import msgspec

from trunkline.api.html import frame
from trunkline.api.html.markup import Markup, element, link, prose, sample
from trunkline.api.reference.error_codes import DOCS, errors_by_code, meaning
from trunkline.api.reference.examples import envelope
from trunkline.api.responses import ERRORS_PATH
from trunkline.domain.errors import TrunklineError

_INTRODUCTION = """\
Every error response is the same small JSON object. Branch on `code`, which is stable; `message` is for a person and may
change. `doc_url` leads to the section of the code on this page. `trace_id`, which is also the value of the header
`X-Trace-ID`, identifies a server error (5xx) in the log of the service.

Codes that begin with 1 concern the request, with 2 permissions, and with 3 the service itself.
"""


def errors(base_url: str) -> str:
    """Every error code, at the anchor to which ``error.doc_url`` leads, with examples of a service at ``base_url``."""
    codes = errors_by_code()
    return frame.page(
        ERRORS_PATH,
        "Errors",
        {},
        prose(_INTRODUCTION, 1),
        _overview(codes),
        *[_section(code, kinds, base_url) for code, kinds in codes.items()],
    )


def _overview(codes: dict[int, list[type[TrunklineError]]]) -> Markup:
    head = element("tr", *[element("th", name, scope="col") for name in ("Code", "HTTP", "Meaning")])
    rows = [
        element(
            "tr",
            element("th", link(str(code), f"#{code}"), scope="row"),
            element("td", str(error.status)),
            element("td", meaning(error)),
        )
        for code, kinds in codes.items()
        for error in kinds
    ]
    return element("table", element("thead", head), element("tbody", *rows))


def _section(code: int, kinds: Sequence[type[TrunklineError]], base_url: str) -> Markup:
    return element(
        "section",
        element("h2", element("code", str(code)), " ", meaning(kinds[0])),
        *[piece for error in kinds for piece in _error(error, base_url)],
        id=str(code),
    )


def _error(error: type[TrunklineError], base_url: str) -> list[Markup]:
    docs = DOCS[error]
    example = msgspec.json.encode(envelope(error.status, error.code, docs.example, base_url))
    return [
        element("p", element("strong", f"HTTP {error.status}"), f" – {meaning(error)}"),
        prose(docs.remedy, 2),
        sample("Example", msgspec.json.format(example).decode()),
    ]
