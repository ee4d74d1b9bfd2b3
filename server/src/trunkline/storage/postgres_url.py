"""PostgreSQL's connection URLs: each parameter is honoured, or refused in one sentence, which never has the password.

Source: the PostgreSQL manual, "Parameter Key Words" of libpq. Hosting providers add parameters for other clients; those
that say nothing to us are ignored.
"""

import configparser
import logging
import os
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit, urlunsplit

import msgspec

from trunkline.domain.errors import CommandError

CONNECT_TIMEOUT = 10  # s, for one host, if the URL has no connect_timeout
_KEEPALIVES = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}  # s, s, probes
_TCP_KEEPALIVES = {
    "keepalives_idle": "TCP_KEEPIDLE",
    "keepalives_interval": "TCP_KEEPINTVL",
    "keepalives_count": "TCP_KEEPCNT",
}

_DRIVER = frozenset(
    {
        "host",
        "port",
        "dbname",
        "user",
        "password",
        "passfile",
        "service",
        "sslmode",
        "sslcert",
        "sslkey",
        "sslrootcert",
        "sslcrl",
        "sslpassword",
        "sslnegotiation",
        "ssl_min_protocol_version",
        "ssl_max_protocol_version",
        "krbsrvname",
        "gsslib",
    }
)
"""Parameters that the driver reads from the URL itself."""

_STARTUP = frozenset({"application_name", "options"})
_NUMBERS = frozenset({"connect_timeout", "keepalives", "tcp_user_timeout", *_KEEPALIVES})
_TLS_VERSIONS = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_OF_OTHER_CLIENTS = frozenset({"connection_limit", "pool_timeout", "supa", "workaround"})
_SECRETS = frozenset({"password", "sslpassword"})
_VALUES: Mapping[str, tuple[str, ...]] = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "sslnegotiation": ("postgres", "direct"),
    "ssl_min_protocol_version": _TLS_VERSIONS,
    "ssl_max_protocol_version": _TLS_VERSIONS,
    "target_session_attrs": ("any", "primary", "read-write"),
    "channel_binding": ("disable", "prefer", "require"),
    "gssencmode": ("disable", "prefer"),
    "load_balance_hosts": ("disable", "random"),
    "client_encoding": ("auto", "utf8", "UTF8", "utf-8", "UTF-8"),
    "sslcompression": ("0",),
    "sslsni": ("1",),
    "replication": ("0", "false", "off", "no"),
    "pgbouncer": ("true", "false"),
}
"""The values of a parameter that are supported."""

_REPLICA_TARGETS = (*_VALUES["target_session_attrs"], "read-only", "standby", "prefer-standby")
"""The values of ``target_session_attrs`` for a database that is only read."""

_WHY = {
    "target_session_attrs": ", because the service writes",
    "gssencmode": ", because the driver cannot encrypt with GSSAPI; use sslmode",
}
_FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
_HOST = re.compile(r"(\[[^][]+\]|[^][:]*)(?::(\d*))?")
_UNREADABLE = (
    "cannot read the PostgreSQL URL: it must be postgresql://user:password@host:port/name, with the special characters "
    "of a password percent-encoded"
)

log = logging.getLogger("trunkline.storage")


class Address(msgspec.Struct, frozen=True):
    """A server. What is None has the default of libpq, which may be in the environment."""

    host: str | None
    port: int | None


class ConnectionOptions(msgspec.Struct, frozen=True):
    """How to connect."""

    driver: Mapping[str, Any]
    """The arguments of the driver, without the address."""
    addresses: tuple[Address, ...]
    """Where to connect, in this order."""
    in_random_order: bool
    """Whether each connection tries the addresses in another order."""
    targets: tuple[str | None, ...]
    """What the server must be, as ``target_session_attrs`` says. If no address is the first, one must be the second."""
    connect_timeout: float
    """In seconds, for each address."""
    socket_options: tuple[tuple[int, int, int], ...]
    """Level, option and value, of TCP sockets."""
    is_pooled: bool | None
    """True if the URL says that a pooler is in between; None if it does not say."""


def parse_url(url: str, *, is_replica: bool = False) -> ConnectionOptions:
    """The options in a URL; that of a replica may name servers that accept no writes. Raises ``CommandError``."""
    try:
        parts = urlsplit(url)
        parameters = dict(_parameters(parts.query))
    except ValueError:
        raise CommandError(_UNREADABLE) from None
    if parts.netloc.count("@") > 1:
        raise CommandError(_UNREADABLE)
    _check(parameters, is_replica=is_replica)
    numbers = {name: _number(name, parameters[name]) for name in _NUMBERS & parameters.keys()}
    addresses = tuple(_addresses(parts.netloc.rpartition("@")[2], parameters))
    target = parameters.get("target_session_attrs", "read-write" if len(addresses) > 1 and not is_replica else None)
    if parameters.get("channel_binding") == "require" and parameters.get("sslmode") != "verify-full":
        log.warning(
            "channel_binding=require in the PostgreSQL URL has no effect, because the driver does not support it; "
            "sslmode=verify-full also protects from a server in between"
        )
    driver: dict[str, Any] = {
        "server_settings": {"application_name": parameters.get("fallback_application_name", "trunkline")}
        | {name: parameters[name] for name in _STARTUP & parameters.keys()},
    }
    if parameters.get("sslrootcert") == "system":
        driver["ssl"] = _system_certificates(parameters)
    query = urlencode({name: parameters[name] for name in parameters if name in _DRIVER}, quote_via=quote)
    driver["dsn"] = urlunsplit(parts._replace(query=query, fragment=""))
    return ConnectionOptions(
        driver=driver,
        addresses=addresses,
        in_random_order=parameters.get("load_balance_hosts") == "random",
        targets=("standby", "any") if target == "prefer-standby" else (target,),
        connect_timeout=numbers.get("connect_timeout", 0) or CONNECT_TIMEOUT,
        socket_options=tuple(_socket_options(_KEEPALIVES | numbers)),
        is_pooled=True if parameters.get("pgbouncer") == "true" else None,
    )


def for_programs(url: str) -> tuple[str, dict[str, str], str]:
    """A URL for the programs of PostgreSQL, and the environment variables and the service file that belong to it.

    The URL has no secret, which others could see in the list of processes, and no parameter that libpq does not know.
    The service file is empty if none is needed: libpq has no environment variable for ``sslpassword``, and prefers what
    a service says to its environment variables.
    """
    parts = urlsplit(url)
    user, separator, host = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    parameters = dict(_parameters(parts.query))
    secrets = {"password": parameters.get("password", unquote(password)), "sslpassword": parameters.get("sslpassword")}
    secrets = {name: value for name, value in secrets.items() if value}
    known = {name: parameters[name] for name in parameters.keys() - _OF_OTHER_CLIENTS - _SECRETS - {"pgbouncer"}}
    variables: dict[str, str] = {}
    services = ""
    if "sslpassword" in secrets or (secrets and "service" in known):
        service = known.setdefault("service", "trunkline")
        settings = {**_service(service), **secrets} if "service" in parameters else secrets
        services = "".join([f"[{service}]\n", *[f"{name}={value}\n" for name, value in settings.items()]])
    elif secrets:
        variables["PGPASSWORD"] = secrets["password"]
    query = urlencode(sorted(known.items()), quote_via=quote)
    public = f"{parts.scheme}://{name}{separator}{host}{parts.path}"
    return f"{public}?{query}" if query else public, variables, services


def _parameters(query: str) -> Iterator[tuple[str, str]]:
    """The parameters that have a value. A plus sign is a plus sign, as in libpq. Raises ``ValueError``."""
    for pair in filter(None, query.split("&")):
        name, separator, value = pair.partition("=")
        if not separator:
            raise ValueError(name)
        if value:
            yield unquote(name), unquote(value, errors="strict")


def _check(parameters: Mapping[str, str], *, is_replica: bool) -> None:
    values = {**_VALUES, "target_session_attrs": _REPLICA_TARGETS} if is_replica else _VALUES
    known = _DRIVER | _STARTUP | _NUMBERS | _OF_OTHER_CLIENTS | values.keys() | {"fallback_application_name"}
    for name, value in parameters.items():
        if name not in known:
            raise CommandError(
                f"the parameter {name!r} of the PostgreSQL URL is not supported; remove it, or, if it is a setting of "
                f"the server, write options=-c%20{quote(name)}%3DVALUE"
            )
        if name in values and value not in values[name]:
            *others, last = values[name]
            choices = f"{', '.join(others)} or {last}" if others else last
            reason = "" if is_replica else _WHY.get(name, "")
            raise CommandError(f"{name} in the PostgreSQL URL is {value!r}; it must be {choices}{reason}")
        if name in _FILES and value != "system" and not Path(value).is_file():
            raise CommandError(f"{name} in the PostgreSQL URL is {value!r}; there is no such file")
    if "service" in parameters:
        _service(parameters["service"])


def _service(name: str) -> Mapping[str, str]:
    """The settings of a service. Raises ``CommandError`` for an unknown one, which the driver would ignore."""
    path = Path(os.environ.get("PGSERVICEFILE") or Path.home() / ".pg_service.conf")
    services = configparser.ConfigParser(interpolation=None)
    try:
        services.read(path)
    except configparser.Error:
        raise CommandError(f"cannot read {path}, which has the services of PostgreSQL URLs") from None
    if name not in services:
        raise CommandError(f"service in the PostgreSQL URL is {name!r}; {path} has no such service")
    return services[name]


def _number(name: str, value: str) -> int:
    if not re.fullmatch(r"\d{1,7}", value):
        raise CommandError(f"{name} in the PostgreSQL URL is {value!r}; it must be a whole number")
    return int(value)


def _addresses(hosts: str, parameters: Mapping[str, str]) -> Iterator[Address]:
    """The addresses, each with its own port, or all with the same."""
    if hosts:
        found = [_HOST.fullmatch(each) for each in hosts.split(",")]
        named = [(unquote(each[1]).strip("[]"), each[2] or "") for each in found if each]
        if len(named) < len(found):
            raise CommandError(_UNREADABLE)
    else:
        named = [(host, "") for host in parameters.get("host", "").split(",")]
    ports = parameters.get("port", "").split(",")
    if len(ports) not in {1, len(named)}:
        raise CommandError(
            f"the PostgreSQL URL has {len(named)} hosts and {len(ports)} ports; it must have one for each"
        )
    for index, (host, port) in enumerate(named):
        yield Address(host or None, _port(port or ports[index if len(ports) > 1 else 0]))


def _port(text: str) -> int | None:
    """The driver itself would take a port above 65535 for another one."""
    if not text:
        return None
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise CommandError(f"the port in the PostgreSQL URL is {text}; it must be from 1 to 65535")
    return int(text)


def _system_certificates(parameters: dict[str, str]) -> ssl.SSLContext:
    """Verifies the server by the certificates of this system. Takes the parameters that it honours."""
    if parameters.pop("sslmode", "verify-full") != "verify-full":
        raise CommandError("sslrootcert=system in the PostgreSQL URL needs sslmode=verify-full")
    del parameters["sslrootcert"]
    context = ssl.create_default_context()
    certificate = parameters.pop("sslcert", None)
    if certificate is not None:
        try:
            context.load_cert_chain(certificate, parameters.pop("sslkey", None), parameters.pop("sslpassword", None))
        except (OSError, ValueError) as error:
            raise CommandError(f"cannot use the certificate {certificate!r} of the PostgreSQL URL: {error}") from None
    return context


def _socket_options(numbers: Mapping[str, int]) -> Iterator[tuple[int, int, int]]:
    """Keepalives discover a lost network, and keep a connection alive that a firewall would forget."""
    if "tcp_user_timeout" in numbers and hasattr(socket, "TCP_USER_TIMEOUT"):
        yield socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, numbers["tcp_user_timeout"]
    if not numbers.get("keepalives", 1):
        return
    yield socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1
    for name, option in _TCP_KEEPALIVES.items():
        if hasattr(socket, option) and numbers[name]:  # not every system has each of them
            yield socket.IPPROTO_TCP, getattr(socket, option), numbers[name]
