"""``trunkline serve``: check the settings, the database and the address, and start the server."""

import inspect
import ipaddress
import logging
import os
import resource
import socket
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import fields
from typing import Annotated, Any

from trunkline import logs
from trunkline.carriers.loader import find_factory
from trunkline.cli.options import option
from trunkline.cli.output import complain
from trunkline.cli.store import with_store
from trunkline.client_connections import MAX_CONNECTIONS, OTHER_FILES, PATIENCE, connection_limit
from trunkline.config import Settings
from trunkline.domain.errors import CommandError
from trunkline.metrics import FOLDER
from trunkline.storage.files.opening import check_place
from trunkline.storage.replica import check_replica
from trunkline.telemetry.trace_settings import check_traces

log = logging.getLogger("trunkline.serve")

_MAX_HEAD = 65_536  # bytes of a request line and its headers, and of what is read ahead or waits to be sent
_MAX_STREAMS = 20  # requests in progress on an HTTP/2 connection
STOP_TIMEOUT = 10  # s that a worker has to finish its requests, or to start, before it is killed


def serve(**values: Any) -> None:
    """Serve the API. Creates or upgrades the database first."""
    # No other command needs the server.
    from granian.constants import Interfaces, Loops  # noqa: PLC0415
    from granian.server import Server  # noqa: PLC0415

    settings = Settings(**values)
    settings.check()
    check_replica(settings.database_replica, settings.database)
    if settings.carrier != Settings().carrier:
        find_factory(settings.carrier)
    with_store(settings.database, lambda store: store.database.check_ready(), must_exist=False)
    check_place(settings.attachments, settings.database)
    check_traces(os.environ)
    address = _address(settings.host, settings.port)
    _raise_file_limit()
    connections = connection_limit()
    if connections < MAX_CONNECTIONS:
        complain(_file_limit_notice(connections))
    os.environ.update(settings.to_environment())
    logs.configure(settings.log_format, settings.log_level)
    is_json = settings.log_format == "json"  # a program that reads it expects nothing else
    say = log.info if is_json or not log.isEnabledFor(logging.INFO) else complain
    warn = log.warning if is_json else complain
    if settings.sandbox and not _is_loopback(settings.host):
        warn(_sandbox_warning(settings.host))
    else:
        say(_sandbox_notice(is_on=settings.sandbox))
    say(_address_notice(settings.base_url))
    server = Server(
        "trunkline.main:create",
        factory=True,
        address=address,
        port=settings.port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=settings.workers,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_TIMEOUT,
        backpressure=connections,
        **http_options(http2=settings.http2),
        log_access=settings.access_log,
        log_level=settings.log_level,  # pyright: ignore[reportArgumentType]
        log_dictconfig=logs.configuration(settings.log_format, settings.log_level),
    )
    with _metrics_folder(settings.metrics):
        server.serve()


def http_options(*, http2: bool) -> dict[str, Any]:
    """The bounds of the HTTP server on one connection (docs/decisions/0024)."""
    from granian.constants import HTTPModes  # noqa: PLC0415
    from granian.http import HTTP1Settings, HTTP2Settings  # noqa: PLC0415

    seconds = int(PATIENCE)
    return {
        "http": HTTPModes.auto if http2 else HTTPModes.http1,
        "http1_settings": HTTP1Settings(header_read_timeout=seconds * 1000, max_buffer_size=_MAX_HEAD),
        "http2_settings": HTTP2Settings(
            keep_alive_interval=seconds * 1000,
            keep_alive_timeout=seconds,
            max_concurrent_streams=_MAX_STREAMS,
            max_headers_size=_MAX_HEAD,
            max_send_buffer_size=_MAX_HEAD,
        ),
    }


@contextmanager
def _metrics_folder(metrics: str) -> Generator[None]:
    """A folder for the numbers of the workers, unless metrics are off."""
    if metrics == "off":
        yield
        return
    with tempfile.TemporaryDirectory(prefix="trunkline-metrics-", ignore_cleanup_errors=True) as folder:
        os.environ[FOLDER] = folder
        yield


def _signature() -> inspect.Signature:
    """An option for each setting; typer reads the signature of a command."""
    parameters = [
        inspect.Parameter(
            setting.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=setting.default,
            annotation=Annotated[type(setting.default), option(setting.name)],
        )
        for setting in fields(Settings)
    ]
    return inspect.Signature(parameters)


serve.__signature__ = _signature()  # pyright: ignore[reportFunctionMemberAccess]
serve.__annotations__ = {name: each.annotation for name, each in _signature().parameters.items()}


def _address_notice(url: str) -> str:
    """Where the service is, and what a person may open there."""
    return (
        f"Trunkline serves {url}/v3/chats; the docs are at {url}/docs. To open the console at {url}/console, use a key "
        "(trunkline key add PARTNER)."
    )


def _sandbox_notice(*, is_on: bool) -> str:
    """Whether the sandbox is on."""
    if is_on:
        return "The sandbox is on: every key may play counterparties and make requests fail, under /admin."
    return "The sandbox is off: /admin/simulate and /admin/faults answer 404. --sandbox turns it on."


def _sandbox_warning(host: str) -> str:
    """What to know if other machines may reach the sandbox."""
    return (
        f"Warning: the sandbox is on, and {host} may be reachable from other machines: every key may play "
        "counterparties and make requests fail, under /admin. --no-sandbox turns it off."
    )


def _is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _raise_file_limit() -> None:
    """Allows this process and its workers a file for each connection, if the system's hard limit does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = MAX_CONNECTIONS + OTHER_FILES
    if hard != resource.RLIM_INFINITY:
        needed = min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


def _file_limit_notice(connections: int) -> str:
    """What an operator can do about a low limit of open files."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return (
        f"Warning: this process may open only {files} files, so a worker serves at most {connections} connections "
        f"instead of {MAX_CONNECTIONS}. Raise the hard limit (ulimit -Hn, or LimitNOFILE= of systemd) to "
        f"{MAX_CONNECTIONS + OTHER_FILES}."
    )


def _address(host: str, port: int) -> str:
    """The IP address of a host. Raises ``CommandError`` if the server cannot listen on it, before any worker starts."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except UnicodeError:
        raise CommandError(f"the host is {host!r}; it must be an IP address or the name of this machine") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandError(
            f"cannot listen on {host}, port {port}: {reason}; choose another address with --host and --port"
        ) from None
    return str(address[0])
