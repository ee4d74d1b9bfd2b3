"""Calls of apsw, and what its errors say about the database."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeAlias, TypeVar

import apsw

from trunkline.domain.errors import NotReady
from trunkline.metrics import DATABASE_ERRORS
from trunkline.storage.sql import Row, Value
from trunkline.storage.sqlite_file import truncated

P = ParamSpec("P")
T = TypeVar("T")

# apsw's type stubs use a type that Python 3.11 lacks.
Connection: TypeAlias = Any


def fetch(connection: Connection, text: str, values: tuple[Value, ...]) -> list[Row]:
    """The rows of a statement. Raises ``NotReady`` for an error outside our code."""
    try:
        return connection.execute(text, values).fetchall()
    except apsw.ConstraintError:
        raise  # an error in our code, not an outage
    except apsw.Error as error:
        raise not_ready(error) from error


def call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Calls SQLite. Raises ``NotReady`` for an error outside our code."""
    try:
        return function(*args, **kwargs)
    except apsw.ConstraintError:
        raise  # an error in our code, not an outage
    except apsw.Error as error:
        raise not_ready(error) from error


def not_ready(error: apsw.Error) -> NotReady:
    """What an error of SQLite says about the database."""
    DATABASE_ERRORS.add(type(error).__name__)
    match error:
        case apsw.FullError():
            return NotReady(
                f"the disk of the database is full: {error}",
                "the disk of the database is full; the operator of the service must make room",
            )
        case apsw.ReadOnlyError() | apsw.CantOpenError() | apsw.PermissionsError() | apsw.AuthError():
            return NotReady(
                f"the database cannot be written: {error}",
                "the database cannot be written; the operator of the service must find out why",
            )
        case apsw.IOError():
            return NotReady(
                f"the disk of the database fails: {error}",
                "the database cannot be read or written; the operator of the service must find out why",
            )
        case apsw.SQLError() if "no such column" in str(error) or "no such table" in str(error):
            return NotReady(
                "the schema of the database is not that of this version; if it has been upgraded, restart the service "
                f"with the version that did so ({error})"
            )
        case apsw.CorruptError() | apsw.NotADBError():
            return truncated(str(error))
        case _:
            return NotReady(f"the database does not answer: {error}")
