"""The settings, each declared once: its default, its ``TRUNKLINE_*`` variable, its help at the terminal and in docs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from trunkline.domain.carrier_rules import LOOPBACK
from trunkline.domain.errors import CommandError

PREFIX = "TRUNKLINE_"
_MAX_PORT = 65535
_FACTORY = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
_URL = re.compile(r"https?://[^\s\"\\<>\x00-\x1f\x7f]+")


def _setting(default: Any, description: str) -> Any:
    return field(default=default, metadata={"description": description})


@dataclass(frozen=True, slots=True)
class Settings:
    """How the service runs."""

    database: str = _setting(
        "sqlite:///trunkline.db",
        "Where the chats are: sqlite:///relative/path.db, sqlite:////absolute/path.db or postgresql://user@host/name.",
    )
    host: str = _setting("127.0.0.1", "The address to listen on.")
    port: int = _setting(8080, "The port to listen on.")
    workers: int = _setting(1, "How many processes serve.")
    public_url: str = _setting(
        "", "The URL that clients reach the service by, where it is not http://HOST:PORT: behind a proxy, say."
    )
    doc_url: str = _setting("", "The URL that every doc_url begins with, where it is not the public URL.")
    carrier: str = _setting(
        LOOPBACK,
        "What carries messages: loopback, which plays every network itself, or package.module:factory of your own.",
    )
    allow_private_webhooks: bool = _setting(
        False, "Let webhooks go to private networks and over plain HTTP: for a laptop, never for the internet."
    )
    access_log: bool = _setting(False, "Write a line a request; it halves the throughput.")

    def check(self) -> None:
        """Raises ``CommandError`` for a value that no service can run with."""
        if not 1 <= self.port <= _MAX_PORT:
            raise CommandError(f"the port is {self.port}; it must be from 1 to {_MAX_PORT}")
        if self.workers < 1:
            raise CommandError(f"the number of workers is {self.workers}; it must be at least 1")
        if self.carrier != LOOPBACK and not _FACTORY.fullmatch(self.carrier):
            raise CommandError(f"the carrier is {self.carrier!r}; it must be {LOOPBACK}, or package.module:factory")
        for name, url in (("public URL", self.public_url), ("doc URL", self.doc_url)):
            if url and not _URL.fullmatch(url):
                raise CommandError(
                    f"the {name} is {url!r}; it must begin with http:// or https:// and have no space or quotation mark"
                )

    @property
    def base_url(self) -> str:
        """The service's own URL, without a trailing slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def doc_base(self) -> str:
        """What every ``doc_url`` begins with, without a trailing slash."""
        return (self.doc_url or self.base_url).rstrip("/")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """The settings of the ``TRUNKLINE_*`` variables, defaults where one is not set. Raises ``CommandError``."""
        values: dict[str, Any] = {}
        for setting in fields(cls):
            text = environment.get(variable(setting.name))
            if text is not None:
                values[setting.name] = _read(setting.name, setting.default, text)
        return cls(**values)

    def to_environment(self) -> dict[str, str]:
        """The same settings as variables, for the worker processes."""
        return {variable(setting.name): str(getattr(self, setting.name)) for setting in fields(self)}


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def description(name: str) -> str:
    """The help of a setting."""
    return next(setting.metadata["description"] for setting in fields(Settings) if setting.name == name)


def _read(name: str, default: object, text: str) -> Any:
    if isinstance(default, bool):
        if text.lower() in {"true", "1", "yes", "on"}:
            return True
        if text.lower() in {"false", "0", "no", "off", ""}:
            return False
        raise CommandError(f"{variable(name)} is {text!r}; it must be true or false")
    if isinstance(default, int):
        try:
            return int(text)
        except ValueError:
            raise CommandError(f"{variable(name)} is {text!r}; it must be a whole number") from None
    return text
