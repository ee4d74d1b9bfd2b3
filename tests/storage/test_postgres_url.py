"""PostgreSQL URLs: every parameter of libpq is honoured or refused in one sentence, and no password is shown."""

import os
import socket
from pathlib import Path

import pytest

from tests.support.network import network_to
from tests.support.postgres import PROGRAMS
from trunkline.domain.errors import CommandError
from trunkline.storage.postgres import Postgres
from trunkline.storage.postgres_backup import dump
from trunkline.storage.postgres_connections import Connector
from trunkline.storage.postgres_url import Address, for_programs, parse_url
from trunkline.storage.sql import parse

QUERIES = parse("""
-- name: setting
select current_setting(:name)
""")


async def setting(url: str, name: str) -> str:
    """A setting of the session."""
    database = await Postgres.connect(url)
    try:
        return (await database.fetch(QUERIES["setting"], (name,)))[0][0]
    finally:
        await database.close()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://app:pw@ep-cool-name-123.eu-central-1.aws.neon.tech/neondb?sslmode=require&channel_binding=require",
        "postgresql://app:pw@ep-cool-name-123-pooler.aws.neon.tech/neondb?sslmode=require&options=endpoint%3Dep-cool",
        "postgresql://postgres.ref:pw@aws-0-eu.pooler.supabase.com:6543/postgres?pgbouncer=true&connection_limit=1",
        "postgres://postgres.ref:pw@aws-0-eu.pooler.supabase.com:6543/postgres?sslmode=require&supa=base-pooler.x",
        "postgres://u1:pw@ec2-1-2-3-4.compute-1.amazonaws.com:5432/d1",
        "postgresql://app:pw@app.abc.eu-west-1.rds.amazonaws.com:5432/app?sslmode=require",
        "postgresql://doadmin:pw@db-do-user-1.b.db.ondigitalocean.com:25060/defaultdb?sslmode=require",
        "postgres://default:pw@ep-name-pooler.vercel-storage.com/verceldb?pgbouncer=true&connect_timeout=15",
        "postgresql://app:pw@db.internal/app?gssencmode=disable&keepalives=1&keepalives_idle=5&tcp_user_timeout=9000",
        "postgresql://app@[2001:db8::1]:5433/app",
        "postgresql://app@%2Fvar%2Frun%2Fpostgresql/app",
        "postgresql:///app?host=/var/run/postgresql&user=app",
        "postgresql://app@one,two:6000/app?target_session_attrs=primary&load_balance_hosts=disable",
    ],
)
def test_the_urls_that_providers_and_libpq_use_are_accepted(url: str) -> None:
    assert parse_url(url).addresses


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("sslmode=on", "sslmode .* is 'on'; it must be disable, allow, prefer, require, verify-ca or verify-full"),
        ("sslmode=verify_full", "sslmode .* is 'verify_full'; it must be disable, allow, .* or verify-full"),
        ("sslnegotiation=tls", "sslnegotiation .* is 'tls'; it must be postgres or direct"),
        ("ssl_min_protocol_version=1.2", "is '1.2'; it must be TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3"),
        ("load_balance_hosts=yes", "load_balance_hosts .* is 'yes'; it must be disable or random"),
        ("gssencmode=require", "gssencmode .* is 'require'; it must be disable or prefer, because the driver"),
        ("target_session_attrs=standby", "it must be any, primary or read-write, because the service writes"),
        ("channel_binding=yes", "it must be disable, prefer or require"),
        ("sslrootcert=/none.pem", "sslrootcert .* is '/none.pem'; there is no such file"),
        ("sslmode=require&sslrootcert=system", "sslrootcert=system .* needs sslmode=verify-full"),
        ("connect_timeout=soon", "connect_timeout .* is 'soon'; it must be a whole number"),
        ("keepalives_idle=-1", "keepalives_idle .* is '-1'; it must be a whole number"),
        ("service=none", "service .* is 'none'; .* has no such service"),
        ("requirepeer=postgres", "the parameter 'requirepeer' .* is not supported"),
        ("statement_timeout=5000", "'statement_timeout' .* write options=-c%20statement_timeout%3DVALUE"),
        ("pgbouncer=maybe", "it must be true or false"),
        ("port=70000", "the port .* is 70000; it must be from 1 to 65535"),
        ("host=a,b&port=1,2,3", "2 hosts and 3 ports"),
        ("sslmode", "cannot read the PostgreSQL URL"),
    ],
)
def test_what_is_not_supported_is_refused_in_one_sentence(
    query: str, error: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    with pytest.raises(CommandError, match=error) as raised:
        parse_url(f"postgresql://app:secret@/app?{query}")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://app:se@cret@db/app",
        "postgresql://app:se/cret@db/app",
        "postgresql://app:secret@[::1/app",
        "postgresql://app:se:cret@db:x/app",
        "postgresql://app:se#cret@db/app",
        "postgresql://app:se?cret@db/app",
    ],
)
def test_a_url_with_a_raw_password_is_refused_without_it(url: str) -> None:
    with pytest.raises(CommandError) as raised:
        parse_url(url)
    assert "cret" not in str(raised.value)


def test_hosts_are_tried_in_order_and_must_accept_writes() -> None:
    options = parse_url("postgresql://app@one,two:6000/app?port=5433&connect_timeout=3")
    assert options.addresses == (Address("one", 5433), Address("two", 6000))
    assert options.connect_timeout == 3
    assert options.targets == ("read-write",)
    assert not options.in_random_order


def test_a_replica_may_be_any_of_several_hosts_in_any_order() -> None:
    url = "postgresql://app@one,two/app"
    assert parse_url(url, is_replica=True).targets == (None,)
    assert parse_url(f"{url}?target_session_attrs=standby", is_replica=True).targets == ("standby",)
    assert parse_url(f"{url}?target_session_attrs=prefer-standby", is_replica=True).targets == ("standby", "any")
    assert parse_url(f"{url}?load_balance_hosts=random", is_replica=True).in_random_order


def test_a_plus_sign_in_a_password_is_a_plus_sign() -> None:
    assert parse_url("postgresql:///app?password=a+b").driver["dsn"].endswith("?password=a%2Bb")


async def test_parameters_take_effect(postgres_url: str) -> None:
    options = f"{postgres_url}&options=-c%20statement_timeout%3D1234ms%20-c%20search_path%3Dpg_temp"
    assert await setting(options, "statement_timeout") == "1234ms"
    assert await setting(postgres_url, "application_name") == "trunkline"
    assert await setting(f"{postgres_url}&application_name=bakery", "application_name") == "bakery"


@pytest.mark.skipif(not hasattr(socket, "TCP_KEEPIDLE"), reason="the system has another name for it")
async def test_keepalives_take_effect(postgres_url: str) -> None:
    with network_to(postgres_url) as network:
        connection = await Connector(parse_url(f"{network.url}?keepalives_idle=7"), command_timeout=1).open()
        used = connection._transport.get_extra_info("socket")
        assert used.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert used.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 7
        assert used.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL) == 10
        await connection.close()


def test_keepalives_can_be_off() -> None:
    assert parse_url("postgresql://app@db/app?keepalives=0").socket_options == ()


def test_the_programs_of_postgresql_get_what_libpq_knows_and_no_password() -> None:
    url = "postgresql://app:p%40ss@db/app?pgbouncer=true&connection_limit=5&sslmode=require&options=-c%20geqo%3Doff"
    public, variables, services = for_programs(url)
    assert public == "postgresql://app@db/app?options=-c%20geqo%3Doff&sslmode=require"
    assert variables == {"PGPASSWORD": "p@ss"}
    assert not services
    assert for_programs("postgresql:///app?password=secret") == ("postgresql:///app", {"PGPASSWORD": "secret"}, "")


def test_the_programs_of_postgresql_get_the_password_of_a_certificate_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = tmp_path / "services.conf"
    known.write_text("[mine]\nhost=db\npassword=former%\n[other]\nhost=else\n")
    monkeypatch.setenv("PGSERVICEFILE", str(known))
    assert for_programs("postgresql://app:pw@db/app?sslpassword=s%25cret") == (
        "postgresql://app@db/app?service=trunkline",
        {},
        "[trunkline]\npassword=pw\nsslpassword=s%cret\n",
    )
    assert for_programs("postgresql:///app?service=mine&password=new") == (
        "postgresql:///app?service=mine",
        {},
        "[mine]\nhost=db\npassword=new\n",
    )
    assert for_programs("postgresql:///app?service=mine") == ("postgresql:///app?service=mine", {}, "")


async def test_a_program_of_postgresql_reads_the_secrets_from_that_file(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(PROGRAMS), prepend=os.pathsep)
    target = tmp_path / "copy"
    separator = "&" if "?" in postgres_url else "?"
    await dump(f"{postgres_url}{separator}sslpassword=secret", target, lambda _: None)
    assert target.read_bytes().startswith(b"PGDMP")
