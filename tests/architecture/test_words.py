"""The words that docs/glossary.md replaced stay out of code and documentation."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

RETIRED = {
    r"Cause": "RequestContext, ctx",
    r"opened\.(save|emit|fetch|transaction)": "change",
    r"leave_place|take_number": "record_move, next_revision",
    r"walk(s|ed|ing)?": "pagination, page, list",
    r"couriers?|errands?": "dispatcher, delivery",
    r"lanes?": "ordering key",
    r"stations?|fates?": "transition, outcome",
    r"told|tell(s)? apart|hears? of": "event, report, distinguish",
    r"brought|settl(e|es|ed|ing)": "added, recompute, drain",
    r"[Ww]ish(es)?": "update",
    r"[Rr]efusals?": "error",
    r"other side": "counterparty",
    r"come_from|_give": "bind, send",
    r"[Ww]hoever|so many (that|of them)|as far as this goes|that is none|comes? into question": "plain English",
    r"CONTRACT": "docs/wire.md",
}
HISTORY = {ROOT / "docs/glossary.md", ROOT / "CHANGELOG.md"}


def texts() -> Iterator[Path]:
    """Every file that a person reads to use or change the product."""
    for folder in ("server/src", "sdk/src", "docs"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".sql", ".md", ".css"} and "migrations" not in path.parts:
                yield path
    yield from sorted(ROOT.glob("*.md"))


@pytest.mark.parametrize("retired", RETIRED)
def test_a_retired_word_does_not_return(retired: str) -> None:
    word = re.compile(rf"(?<![\w./-])({retired})(?![\w-])")
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in texts()
        if path not in HISTORY
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if word.search(line)
    ]
    assert found == [], f"docs/glossary.md says: {RETIRED[retired]}"
