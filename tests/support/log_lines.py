"""The log as the service writes it, for tests that look at the records of this process."""

import logging
from collections.abc import Generator
from contextlib import contextmanager


class Lines(logging.Handler):
    """Keeps the formatted records."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextmanager
def lines(formatter: logging.Formatter) -> Generator[list[str]]:
    """The lines that are logged within the block."""
    handler = Lines(formatter)
    logging.getLogger().addHandler(handler)
    try:
        yield handler.lines
    finally:
        logging.getLogger().removeHandler(handler)
