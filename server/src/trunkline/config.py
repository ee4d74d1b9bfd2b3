"""The settings, each declared once: default, ``TRUNKLINE_*`` variable, and description for ``--help`` and the docs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from trunkline.domain.chat_health import DEFAULT_THRESHOLDS, Thresholds
from trunkline.domain.errors import CommandError
from trunkline.domain.loopback_rules import LOOPBACK
from trunkline.domain.rate_limit import RateLimit
from trunkline.logs import FORMATS, LEVELS

PREFIX = "TRUNKLINE_"
METRICS = ("off", "token", "open")
JOURNAL = ("auto", "on", "off")
_MAX_PORT = 65535
_BOUNDS = {
    "postgres_readers": (1, 500),
    "postgres_writers": (1, 500),
    "postgres_read_timeout": (1, 300),
    "postgres_write_timeout": (1, 600),
    "postgres_max_lifetime": (60, 86_400),
}
"""The least and the greatest value of a setting."""
_CHOICES = {"log_format": FORMATS, "log_level": LEVELS, "metrics": METRICS, "request_journal": JOURNAL}
_FACTORY = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{16,}")
_URL = re.compile(r"https?://[^\s\"\\<>\x00-\x1f\x7f]+")


def _setting(default: Any, description: str) -> Any:
    return field(default=default, metadata={"description": description})


@dataclass(frozen=True, slots=True)
class Settings:
    """How the service runs."""

    database: str = _setting(
        "sqlite:///trunkline.db",
        "The database: sqlite:///relative/path.db, sqlite:////absolute/path.db or postgresql://user@host/name.",
    )
    database_replica: str = _setting(
        "",
        "A read replica of a PostgreSQL database: postgresql://user@host/name. Lists, chats and messages are read "
        "there when it is as current as the database itself.",
    )
    attachments: str = _setting(
        "",
        "Where files are stored: a folder, or s3://bucket/prefix. By default, the folder beside the database with the "
        "suffix -attachments.",
    )
    host: str = _setting("127.0.0.1", "The address to listen on.")
    port: int = _setting(8080, "The port to listen on.")
    workers: int = _setting(1, "The number of worker processes.")
    http2: bool = _setting(
        False, "Also accept HTTP/2 without TLS, for a proxy that needs it. Do not let other clients connect then."
    )
    public_url: str = _setting(
        "", "The URL of the service for clients, if it is not http://HOST:PORT, for example behind a proxy."
    )
    doc_url: str = _setting("", "The prefix of every doc_url, if it is not the public URL.")
    carrier: str = _setting(
        LOOPBACK, "The carrier: loopback, which simulates every network, or your own as package.module:factory."
    )
    sandbox: bool = _setting(
        False, "Let every key play counterparties and make requests fail, under /admin. For development and tests only."
    )
    request_journal: str = _setting(
        "auto",
        "Whether the last 1,000 requests of each partner are kept, with their bodies: on, off, or auto for on with the "
        "sandbox.",
    )
    allow_private_webhooks: bool = _setting(
        False, "Allow webhooks to private networks and over plain HTTP. For development only."
    )
    rate_limit: str = _setting(
        "",
        "The requests that each key may make: 100/s, 600/minute, or 100/s:20 with at most 20 at once. Each worker "
        "counts its own. By default, there is no limit.",
    )
    max_backlog: int = _setting(
        1000,
        "How many messages may wait for the carrier, or events for one webhook target, before requests that add more "
        "fail with 429. Those that wait for a failing target do not count.",
    )
    postgres_readers: int = _setting(8, "How many reads of PostgreSQL a worker has in progress, each on a connection.")
    postgres_writers: int = _setting(
        4, "How many changes in PostgreSQL a worker has in progress, each of another partner and on a connection."
    )
    postgres_read_timeout: int = _setting(
        10, "Seconds after which a read of PostgreSQL fails, or a change that PostgreSQL does not begin."
    )
    postgres_write_timeout: int = _setting(
        60, "Seconds after which a change in PostgreSQL fails, its wait for another worker included."
    )
    postgres_max_lifetime: int = _setting(
        1800, "Seconds for which a connection to PostgreSQL is used, so that a server that was replaced is left."
    )
    access_log: bool = _setting(False, "Log one line per request; halves throughput.")
    log_format: str = _setting("text", "The format of the log: text, or json.")
    log_level: str = _setting("info", "The lowest level that is logged: debug, info, warning or error.")
    metrics: str = _setting(
        "off", "Who may read the metrics at /metrics: off for nobody, token for who has the token, open for everybody."
    )
    metrics_token: str = _setting("", "The token that reads the metrics, as `Authorization: Bearer`.")
    health_at_risk_unanswered: int = _setting(
        DEFAULT_THRESHOLDS.at_risk_unanswered, "Messages without a reply that make a chat AT_RISK."
    )
    health_critical_unanswered: int = _setting(
        DEFAULT_THRESHOLDS.critical_unanswered, "Messages without a reply that make a chat CRITICAL."
    )
    health_at_risk_failed: int = _setting(
        DEFAULT_THRESHOLDS.at_risk_failed, "Failed messages since the last reply that make a chat AT_RISK."
    )
    health_critical_failed: int = _setting(
        DEFAULT_THRESHOLDS.critical_failed, "Failed messages since the last reply that make a chat CRITICAL."
    )
    health_line_percent: int = _setting(
        DEFAULT_THRESHOLDS.line_percent,
        "The percentage of a line's recent chats that must be AT_RISK (or CRITICAL) for the line to get that rating.",
    )
    health_line_chats: int = _setting(
        DEFAULT_THRESHOLDS.line_chats, "The minimum number of such chats, whatever their percentage."
    )

    def check(self) -> None:
        """Raises ``CommandError`` for a value with which the service cannot run."""
        if not 1 <= self.port <= _MAX_PORT:
            raise CommandError(f"the port is {self.port}; it must be from 1 to {_MAX_PORT}")
        if self.workers < 1:
            raise CommandError(f"the number of workers is {self.workers}; it must be at least 1")
        if self.carrier != LOOPBACK and not _FACTORY.fullmatch(self.carrier):
            raise CommandError(f"the carrier is {self.carrier!r}; it must be {LOOPBACK}, or package.module:factory")
        if self.max_backlog < 1:
            raise CommandError(f"{variable('max_backlog')} is {self.max_backlog}; it must be at least 1")
        for name, (least, most) in _BOUNDS.items():
            if not least <= getattr(self, name) <= most:
                raise CommandError(f"{variable(name)} is {getattr(self, name)}; it must be from {least} to {most}")
        _ = self.key_limit
        for name, url in (("public URL", self.public_url), ("doc URL", self.doc_url)):
            if url and not _URL.fullmatch(url):
                raise CommandError(
                    f"the {name} is {url!r}; it must begin with http:// or https:// and contain no space or quotation "
                    "mark"
                )
        for name, allowed in _CHOICES.items():
            value = getattr(self, name)
            if value not in allowed:
                raise CommandError(f"{variable(name)} is {value!r}; it must be one of {', '.join(allowed)}")
        self._check_metrics()
        self._check_health()

    def _check_metrics(self) -> None:
        token = variable("metrics_token")
        if self.metrics == "token" and not _TOKEN.fullmatch(self.metrics_token):
            raise CommandError(
                f"{token} has {len(self.metrics_token)} characters; with {variable('metrics')}=token, it must be at "
                "least 16 letters, digits or -._~+/="
            )
        if self.metrics != "token" and self.metrics_token:
            raise CommandError(f"{token} is set; it has an effect only with {variable('metrics')}=token")

    def _check_health(self) -> None:
        for name in _HEALTH:
            value = getattr(self, name)
            if value < 1:
                raise CommandError(f"{variable(name)} is {value}; it must be at least 1")
        if self.health_line_percent > 100:
            raise CommandError(
                f"{variable('health_line_percent')} is {self.health_line_percent}; it must be at most 100"
            )
        for kind in ("unanswered", "failed"):
            at_risk, critical = f"health_at_risk_{kind}", f"health_critical_{kind}"
            if getattr(self, at_risk) > getattr(self, critical):
                raise CommandError(
                    f"{variable(at_risk)} is {getattr(self, at_risk)}; it must be at most {variable(critical)}, "
                    f"{getattr(self, critical)}"
                )

    @property
    def has_journal(self) -> bool:
        """Whether requests are kept."""
        return self.request_journal == "on" or (self.request_journal == "auto" and self.sandbox)

    @property
    def base_url(self) -> str:
        """The service's own URL, without a trailing slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def doc_base(self) -> str:
        """The prefix of every ``doc_url``, without a trailing slash."""
        return (self.doc_url or self.base_url).rstrip("/")

    @property
    def key_limit(self) -> RateLimit | None:
        """The rate limit of each key. Raises ``CommandError`` if it is not valid."""
        if not self.rate_limit:
            return None
        try:
            return RateLimit.parse(self.rate_limit)
        except ValueError as error:
            raise CommandError(f"{variable('rate_limit')} is {self.rate_limit!r}; {error}") from None

    @property
    def thresholds(self) -> Thresholds:
        """When a chat or a line stops being healthy. Raises ``CommandError`` if a setting is not valid."""
        self._check_health()
        return Thresholds(**{name.removeprefix("health_"): getattr(self, name) for name in _HEALTH})

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], prefix: str = "") -> Self:
        """The settings in the ``TRUNKLINE_*`` variables, with defaults for the others. Raises ``CommandError``.

        With a ``prefix``, only settings whose names begin with it are read.
        """
        values: dict[str, Any] = {}
        for setting in fields(cls):
            text = environment.get(variable(setting.name)) if setting.name.startswith(prefix) else None
            if text is not None:
                values[setting.name] = _parse(setting.name, setting.default, text)
        return cls(**values)

    def to_environment(self) -> dict[str, str]:
        """The same settings as variables, for the worker processes."""
        return {variable(setting.name): str(getattr(self, setting.name)) for setting in fields(self)}


_HEALTH = tuple([setting.name for setting in fields(Settings) if setting.name.startswith("health_")])


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def description(name: str) -> str:
    """The description of a setting."""
    return next(setting.metadata["description"] for setting in fields(Settings) if setting.name == name)


def _parse(name: str, default: object, text: str) -> Any:
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
