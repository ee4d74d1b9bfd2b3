"""The page of errors, where every ``error.doc_url`` leads."""

import msgspec

from trunkline.api.codes import CODES, Code
from trunkline.api.examples import envelope
from trunkline.api.pages import frame
from trunkline.api.pages.markup import Markup, element, join, link, prose, sample
from trunkline.api.responses import ERRORS_PATH, KINDS

_INTRODUCTION = """\
Whatever goes wrong, the answer is the same small JSON object. `code` is the stable part, the one to branch on;
`message` is for the person who reads the log and may change its words. `doc_url` leads to the code's section on
this page, and `trace_id`, which is also in the header `X-Trace-ID` of every response, finds a failure (5xx) in the log
of the service.

Codes that begin with 1 are about the request, with 2 about who may do what with what, with 3 about the service
itself.
"""


def errors(base_url: str) -> str:
    """Every error code, each at the anchor that ``error.doc_url`` names. Examples are of a service at ``base_url``."""
    return frame.page(
        ERRORS_PATH,
        "Errors",
        {},
        prose(_INTRODUCTION, 1),
        _overview(),
        *[_section(number, code, base_url) for number, code in CODES.items()],
    )


def _overview() -> Markup:
    head = element("tr", *[element("th", name, scope="col") for name in ("Code", "HTTP", "Meaning")])
    rows = [
        element(
            "tr",
            element("th", link(str(number), f"#{number}"), scope="row"),
            element("td", str(code.status)),
            element("td", code.meaning),
        )
        for number, code in CODES.items()
    ]
    return element("table", element("thead", head), element("tbody", *rows))


def _section(number: int, code: Code, base_url: str) -> Markup:
    example = msgspec.json.format(msgspec.json.encode(envelope(code.status, number, code.message, base_url))).decode()
    return element(
        "section",
        element("h2", element("code", str(number)), " ", code.meaning),
        element("p", element("strong", f"HTTP {code.status}"), *_other_statuses(number, code)),
        prose(code.remedy, 2),
        sample("For example", example),
        id=str(number),
    )


def _other_statuses(number: int, code: Code) -> list[Markup]:
    """The other HTTP statuses that the code comes with, where the API's table has no code of their own."""
    return [
        join(["; ", element("strong", f"HTTP {kind.status}"), f" – {(kind.__doc__ or '').splitlines()[0]}"])
        for kind in KINDS
        if kind.code == number and kind.status != code.status
    ]
