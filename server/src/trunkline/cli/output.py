"""What the commands print: JSON for scripts, tables for people, progress while they wait."""

import codecs
import io
import json
import os
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from trunkline.domain import instant
from trunkline.domain.errors import CommandError
from trunkline.domain.instant import Instant

PAUSE = 60.0  # s from one line of progress to the next, where there is no terminal

_out = Console(highlight=False, markup=False)
_err = Console(stderr=True, highlight=False, markup=False)


def is_terminal() -> bool:
    """Whether standard output is a terminal."""
    return _out.is_terminal


def say(text: str, style: str = "") -> None:
    """Prints a sentence on standard output, wrapped on a terminal."""
    _out.print(text, style=style, soft_wrap=not _out.is_terminal)


def counted(count: int, what: str, plural: str | None = None) -> str:
    """A count and what it counts: ``1 chat``, ``2 chats``."""
    return f"{count} {what}" if count == 1 else f"{count} {plural or what + 's'}"


def complain(text: str) -> None:
    """Prints a sentence on standard error, wrapped on a terminal."""
    _err.print(text, soft_wrap=not _err.is_terminal)


def confirm(consequence: str, *, yes: bool) -> None:
    """Asks whether to go on, unless ``yes``. Raises ``CommandError`` where nobody can be asked, ``Abort`` for a no."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise CommandError(f"{consequence} Nothing was removed; add --yes to remove it")
    typer.confirm(f"{consequence} Continue?", abort=True, err=True)


def fit_streams() -> None:
    """Makes the streams escape the characters that they cannot encode, as JSON does, instead of failing."""
    codecs.register_error("json", _escape)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="json")


def _escape(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


@contextmanager
def shown_once(remedy: str) -> Generator[None]:
    """For a secret that cannot be shown again: raises ``CommandError`` with the remedy if it cannot be printed."""
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        discard_output()
        raise CommandError(f"the key could not be printed: {error.strerror}; {remedy}") from None


def discard_output() -> None:
    """Discards what is left of the output. Otherwise, Python would report at exit that it cannot be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def show_key(secret: str) -> None:
    """Prints a key on a line of its own, and what to do with it."""
    show_secret(secret)
    say("Save the key now: only its hash is stored, so it cannot be shown again.")


def show_secret(secret: str) -> None:
    """Prints a secret on a line of its own, never wrapped."""
    sys.stdout.write(f"\n  {secret}\n\n")
    sys.stdout.flush()


def show_line(text: str, style: str = "") -> None:
    """Prints a line immediately, truncated to the width of the terminal."""
    _out.print(text, style=style, no_wrap=_out.is_terminal, overflow="ellipsis", soft_wrap=not _out.is_terminal)
    sys.stdout.flush()


def print_json_line(value: Any) -> None:
    """Prints a JSON document on one line, immediately."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    sys.stdout.flush()


def print_json(value: Any) -> None:
    """Prints an indented JSON document."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], empty: str) -> None:
    """Prints a table, or the sentence ``empty`` if there are no rows. In a pipe, cells are separated by tabs."""
    if not rows:
        complain(empty)
        return
    if not _out.is_terminal:
        for row in (columns, *rows):
            sys.stdout.write("\t".join(map(_cell, row)) + "\n")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        # An id is never wrapped, so that it can be copied.
        table.add_column(column, overflow="fold", no_wrap=column == "ID")
    for row in rows:
        table.add_row(*map(_cell, row))
    _out.print(table)


def moment(value: Instant | None) -> str:
    """A time for a person, to the second."""
    return "" if value is None else instant.render(value - value % instant.SECOND)


@contextmanager
def progress(description: str, total: int | None) -> Generator[Callable[[int], None]]:
    """Shows a progress bar on a terminal, elsewhere a line a minute; yields the function that updates it.

    ``total`` None: unknown.
    """
    if not _err.is_terminal:
        yield _line_a_minute(description, total)
        return
    columns = [
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    ]
    with Progress(*columns, console=_err, transient=True) as bar:
        task = bar.add_task(description, total=total)
        yield lambda position: bar.update(task, completed=position)


def _line_a_minute(description: str, total: int | None) -> Callable[[int], None]:
    out_of = "" if total is None else f" of {total:,}"
    latest = monotonic()

    def show(position: int) -> None:
        nonlocal latest
        if monotonic() >= latest + PAUSE:
            latest = monotonic()
            complain(f"{description}: {position:,}{out_of}")

    return show


def _cell(value: object) -> str:
    return "" if value is None else str(value)
