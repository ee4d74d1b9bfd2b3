"""TLS to PostgreSQL: certificates of a private authority, verified or refused. PgBouncer speaks it for the server."""

import subprocess
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.support.pgbouncer import running_pgbouncer
from tests.support.reserved_port import reserved_port
from trunkline.domain.errors import CommandError
from trunkline.storage.postgres import Postgres
from trunkline.storage.sql import parse

QUERIES = parse("""
-- name: quick
select 1
""")


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def make_certificates(folder: Path) -> None:
    """An authority, another one, and certificates of the first: of the host localhost, and of the user postgres."""
    for name in ("authority", "other"):
        subject = ["-subj", f"/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE"]
        files = ["-keyout", f"{name}.key", "-out", f"{name}.crt"]
        openssl(folder, "req", "-x509", "-newkey", "rsa:2048", "-noenc", "-days", "2", *subject, *files)
    for name, common_name in (("server", "localhost"), ("client", "postgres")):
        (folder / "extensions").write_text(f"subjectAltName=DNS:{common_name}\n")
        files = ["-keyout", f"{name}.key", "-out", f"{name}.csr"]
        openssl(folder, "req", "-newkey", "rsa:2048", "-noenc", "-subj", f"/CN={common_name}", *files)
        signed_by = ["-CA", "authority.crt", "-CAkey", "authority.key", "-CAcreateserial", "-days", "2"]
        files = ["-in", f"{name}.csr", "-out", f"{name}.crt", "-extfile", "extensions"]
        openssl(folder, "x509", "-req", *signed_by, *files)
    for file in folder.iterdir():
        file.chmod(0o644)  # PgBouncer runs as another user


@pytest.fixture(scope="module")
def certificates() -> Generator[Path]:
    with tempfile.TemporaryDirectory(prefix="trunkline-tls-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        make_certificates(folder)
        yield folder


@pytest.fixture(params=["require", "verify-full"])
def url(request: pytest.FixtureRequest, postgres_url: str, certificates: Path) -> Generator[str]:
    """A database with TLS only; with ``verify-full``, clients need a certificate, too."""
    tls = (
        f"client_tls_sslmode = {request.param}\nclient_tls_ca_file = {certificates}/authority.crt\n"
        f"client_tls_key_file = {certificates}/server.key\nclient_tls_cert_file = {certificates}/server.crt"
    )
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    with reserved_port() as port, running_pgbouncer(postgres_url, "session", port=port, tls=tls):
        query = f"sslcert={certificates}/client.crt&sslkey={certificates}/client.key"
        yield f"postgresql://postgres@localhost:{port}/{name}?{query}"


async def error_of(url: str) -> str:
    with pytest.raises(CommandError) as raised:
        await Postgres.connect(url)
    assert "\n" not in str(raised.value)
    return str(raised.value)


async def test_a_server_is_verified_by_a_private_authority(url: str, certificates: Path) -> None:
    for mode in ("verify-full", "verify-ca"):
        database = await Postgres.connect(f"{url}&sslmode={mode}&sslrootcert={certificates}/authority.crt")
        assert [tuple(row) for row in await database.fetch(QUERIES["quick"], ())] == [(1,)]
        await database.close()


async def test_a_server_of_another_authority_or_name_is_refused(url: str, certificates: Path) -> None:
    assert "certificate verify failed" in await error_of(
        f"{url}&sslmode=verify-full&sslrootcert={certificates}/other.crt"
    )
    by_address = url.replace("localhost", "127.0.0.1") + f"&sslrootcert={certificates}/authority.crt"
    assert "127.0.0.1" in await error_of(f"{by_address}&sslmode=verify-full")
    database = await Postgres.connect(f"{by_address}&sslmode=verify-ca")
    await database.close()


async def test_a_client_without_the_certificate_or_tls_that_the_server_demands_is_refused(
    request: pytest.FixtureRequest, url: str, certificates: Path
) -> None:
    assert "SSL required" in await error_of(f"{url}&sslmode=disable")
    plain = url.partition("?")[0] + f"?sslmode=verify-full&sslrootcert={certificates}/authority.crt"
    if request.node.callspec.params["url"] == "verify-full":
        assert await error_of(plain)
    else:
        database = await Postgres.connect(plain)
        await database.close()


async def test_a_wrong_sslmode_names_the_right_ones(url: str) -> None:
    found = await error_of(f"{url}&sslmode=verify_full")
    assert found.endswith("it must be disable, allow, prefer, require, verify-ca or verify-full")
