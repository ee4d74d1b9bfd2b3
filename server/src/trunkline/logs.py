"""The log of the service: one record a line, with time, level, logger and the ids of what the task works on.

Everything goes through the standard library's ``logging`` to standard error: our loggers, the server's, warnings, and
exceptions that nothing catches. What commands print is not part of it (``cli/output``).
"""

import logging
import logging.config
import re
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import msgspec

from trunkline.domain.tracing import bound

FORMATS = ("text", "json")
LEVELS = ("debug", "info", "warning", "error")

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_INDENT = "    "

log = logging.getLogger("trunkline")


class JsonFormatter(logging.Formatter):
    """A record as a JSON object on one line: ``time``, ``level``, ``logger``, ``message``, ids, ``exception``."""

    def format(self, record: logging.LogRecord) -> str:
        values: dict[str, str] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name.lstrip("_"),
            "message": _valid(record.getMessage()),
            **bound(),
        }
        traceback = _traceback(self, record)
        if traceback:
            values["exception"] = _valid(traceback)
        return msgspec.json.encode(values).decode()


class TextFormatter(logging.Formatter):
    """A record as a line for people. The lines of a traceback follow, indented."""

    def format(self, record: logging.LogRecord) -> str:
        ids = "".join([f" {name}={value}" for name, value in bound().items()])
        message = _CONTROL.sub(_escape, record.getMessage())
        line = f"{_time(record)} {record.levelname:<7} {record.name.lstrip('_')}{ids}: {message}"
        traceback = _traceback(self, record)
        if not traceback:
            return line
        lines = [_CONTROL.sub(_escape, each) for each in traceback.splitlines()]
        return "\n".join([line, *[_INDENT + each for each in lines]])


def configuration(log_format: str, level: str) -> dict[str, Any]:
    """What the server passes to ``logging.config.dictConfig`` in each of its processes."""
    formatter = JsonFormatter if log_format == "json" else TextFormatter
    ours: dict[str, Any] = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": f"{__name__}.{formatter.__name__}"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"level": level.upper(), "handlers": ["stderr"]},
        "loggers": {
            "_granian": ours,
            "granian.access": {**ours, "level": "INFO"},
            # A record for each response that a client does not take, so a client could fill the disk.
            "_granian.asgi.io": {**ours, "level": "DEBUG" if level == "debug" else "WARNING"},
        },
    }


def configure(log_format: str, level: str) -> None:
    """Configures the log of this process."""
    logging.config.dictConfig(configuration(log_format, level))
    capture()


def capture() -> None:
    """From now on, warnings and exceptions that nothing catches are records of the log, in this process."""
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


def _uncaught(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    log.critical("nothing caught an exception", exc_info=(kind, error, traceback))


def _uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    error = arguments.exc_value or arguments.exc_type()
    log.error("nothing caught an exception in a thread", exc_info=(arguments.exc_type, error, arguments.exc_traceback))


def _unraisable(arguments: "sys.UnraisableHookArgs") -> None:
    error = arguments.exc_value or arguments.exc_type()
    message = arguments.err_msg or "an exception was ignored"
    log.error("%s", message, exc_info=(arguments.exc_type, error, arguments.exc_traceback))


def _time(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return at.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _traceback(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    pieces = [formatter.formatException(record.exc_info)] if record.exc_info else []
    if record.stack_info:
        pieces.append(formatter.formatStack(record.stack_info))
    return "\n".join(pieces)


def _valid(text: str) -> str:
    """The text without surrogates, which JSON cannot contain."""
    return text.encode("utf-8", "backslashreplace").decode()


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
