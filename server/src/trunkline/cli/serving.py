"""``trunkline serve``: the settings, a last look at the database, and the server."""

import os
import resource
import socket
from typing import Annotated, TypeAlias

from trunkline.carriers.opening import find_factory
from trunkline.cli.options import DEFAULTS, DatabaseOption, option
from trunkline.cli.output import complain
from trunkline.cli.running import with_store
from trunkline.config import Settings
from trunkline.domain.errors import CommandError
from trunkline.storage.store import Store

CONNECTIONS = 10_000  # that a worker serves at once; those that wait for changes are most of them
_FILES = 1_000  # that are no connections of clients: the database, webhooks
STOP_TIMEOUT = 10  # s that a worker has for the requests under way, or for its start, before it is ended

HostOption: TypeAlias = Annotated[str, option("host")]
PortOption: TypeAlias = Annotated[int, option("port")]
WorkersOption: TypeAlias = Annotated[int, option("workers")]
PublicUrlOption: TypeAlias = Annotated[str, option("public_url")]
DocUrlOption: TypeAlias = Annotated[str, option("doc_url")]
CarrierOption: TypeAlias = Annotated[str, option("carrier")]
PrivateWebhooksOption: TypeAlias = Annotated[
    bool, option("allow_private_webhooks", "--allow-private-webhooks/--no-allow-private-webhooks")
]
AccessLogOption: TypeAlias = Annotated[bool, option("access_log", "--access-log/--no-access-log")]


def serve(
    database: DatabaseOption = DEFAULTS.database,
    host: HostOption = DEFAULTS.host,
    port: PortOption = DEFAULTS.port,
    workers: WorkersOption = DEFAULTS.workers,
    public_url: PublicUrlOption = DEFAULTS.public_url,
    doc_url: DocUrlOption = DEFAULTS.doc_url,
    carrier: CarrierOption = DEFAULTS.carrier,
    allow_private_webhooks: PrivateWebhooksOption = DEFAULTS.allow_private_webhooks,
    access_log: AccessLogOption = DEFAULTS.access_log,
) -> None:
    """Serve the API. The database is created or upgraded first."""
    # No other command needs the server.
    from granian.constants import Interfaces, Loops  # noqa: PLC0415
    from granian.server import Server  # noqa: PLC0415

    settings = Settings(
        database=database,
        host=host,
        port=port,
        workers=workers,
        public_url=public_url,
        doc_url=doc_url,
        carrier=carrier,
        allow_private_webhooks=allow_private_webhooks,
        access_log=access_log,
    )
    settings.check()
    if carrier != DEFAULTS.carrier:
        find_factory(carrier)
    with_store(database, Store.ping)
    _check_address(host, port)
    _allow_connections()
    os.environ.update(settings.to_environment())
    complain(f"Trunkline serves {settings.base_url}/v3/chats; the docs are at {settings.base_url}/docs")
    Server(
        "trunkline.main:create",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=workers,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_TIMEOUT,
        backpressure=CONNECTIONS,
        log_access=access_log,
        log_level="warning",  # pyright: ignore[reportArgumentType]
    ).serve()


def _allow_connections() -> None:
    """Lets this process and its workers have a file for each connection, where the system's hard limit does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + _FILES
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _check_address(host: str, port: int) -> None:
    """Says what is wrong with an address before any worker starts. Raises ``CommandError``."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandError(f"cannot listen on {host}, port {port}: {reason}; name others with --host, --port") from None
