"""A real PgBouncer in front of the tests' PostgreSQL."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.support.programs import program
from tests.support.waiting import until

MODES = ("session", "transaction")

PORT = 6432
"""Only part of the name of the Unix socket."""

CONFIGURATION = """\
[databases]
* = host={server} user=postgres

[pgbouncer]
listen_addr = {address}
listen_port = {port}
unix_socket_dir = {folder}
auth_type = any
pool_mode = {mode}
default_pool_size = {size}
max_client_conn = {clients}
logfile = {folder}/log
{user}
{tls}
"""


@contextmanager
def running_pgbouncer(
    server_url: str, mode: str, *, size: int = 20, clients: int = 200, port: int = 0, tls: str = ""
) -> Generator[str]:
    """The URL of the same database through a PgBouncer in this mode (session or transaction), until the end.

    ``size`` is the number of connections to the server, ``clients`` that of accepted connections. With a ``port``, it
    also listens there; ``tls`` is its configuration of TLS.
    """
    parts = urlsplit(server_url)
    command, variables = program("pgbouncer")
    with tempfile.TemporaryDirectory(prefix="pgbouncer-") as name:
        folder = Path(name)
        server = parse_qs(parts.query)["host"][0]
        # It refuses to run as root. Whoever runs the server can use its socket.
        user = Path(server).owner()
        configuration = folder / "pgbouncer.ini"
        configuration.write_text(
            CONFIGURATION.format(
                server=server,
                port=port or PORT,
                address="127.0.0.1" if port else "",
                tls=tls,
                folder=folder,
                mode=mode,
                size=size,
                clients=clients,
                user=f"user = {user}" if os.geteuid() == 0 else "",
            )
        )
        if os.geteuid() == 0:
            shutil.chown(folder, user)
        process = subprocess.Popen(
            [command, "--quiet", str(configuration)], env=os.environ | variables, stderr=subprocess.DEVNULL
        )
        try:
            socket = folder / f".s.PGSQL.{port or PORT}"
            until(lambda: socket.exists() or process.poll() is not None)
            assert process.poll() is None, (folder / "log").read_text()
            yield parts._replace(query=f"host={folder}&port={port or PORT}").geturl()
        finally:
            process.kill()
            process.wait()
