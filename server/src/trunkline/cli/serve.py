"""``trunkline serve``: check the settings, the database and the address, and start the server."""

import inspect
import ipaddress
import os
import resource
import socket
from dataclasses import fields
from typing import Annotated, Any

from trunkline.carriers.loader import find_factory
from trunkline.cli.options import option
from trunkline.cli.output import complain
from trunkline.cli.store import with_store
from trunkline.config import Settings
from trunkline.domain.errors import CommandError
from trunkline.storage.files.opening import check_place

CONNECTIONS = 10_000  # concurrent connections of a worker, most of which wait for changes
_OTHER_FILES = 1_000  # open files that are not connections of clients: the database, webhooks
STOP_TIMEOUT = 10  # s that a worker has to finish its requests, or to start, before it is killed


def serve(**values: Any) -> None:
    """Serve the API. Creates or upgrades the database first."""
    # No other command needs the server.
    from granian.constants import Interfaces, Loops  # noqa: PLC0415
    from granian.server import Server  # noqa: PLC0415

    settings = Settings(**values)
    settings.check()
    if settings.carrier != Settings().carrier:
        find_factory(settings.carrier)
    with_store(settings.database, lambda store: store.database.check_ready(), must_exist=False)
    check_place(settings.attachments, settings.database)
    address = _address(settings.host, settings.port)
    _raise_file_limit()
    os.environ.update(settings.to_environment())
    complain(_sandbox_notice(settings))
    complain(f"Trunkline serves {settings.base_url}/v3/chats; the docs are at {settings.base_url}/docs")
    Server(
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
        backpressure=CONNECTIONS,
        log_access=settings.access_log,
        log_level="warning",  # pyright: ignore[reportArgumentType]
    ).serve()


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


def _sandbox_notice(settings: Settings) -> str:
    """Whether the sandbox is on, with a warning if other machines may reach it."""
    if not settings.sandbox:
        return "The sandbox is off: /admin is closed. --sandbox turns it on."
    if _is_loopback(settings.host):
        return "The sandbox is on: every key may play counterparties and make requests fail, under /admin."
    return (
        f"Warning: the sandbox is on, and {settings.host} may be reachable from other machines: every key may play "
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
    needed = CONNECTIONS + _OTHER_FILES
    if hard != resource.RLIM_INFINITY:
        needed = min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


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
