"""Fixtures for every test: both real engines, and tests that are coroutines."""

import asyncio
import inspect
import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TypeAlias
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, settings

from tests.support.nodes import CLUSTER, Cluster, distributed, with_nodes
from tests.support.open_store import OpenStore, opened_store
from tests.support.pgbouncer import running_pgbouncer
from tests.support.postgres import PostgresServer, running_postgres
from tests.support.s3_server import S3Server, running_s3

ENGINES = ("sqlite", "postgresql")
DISTRIBUTED = "distributed"
"""PostgreSQL whose tables are spread over nodes: those of a cluster, or stand-ins."""

ON_NODES_TOO = {
    *("tests.storage.test_change", "tests.storage.test_concurrency", "tests.storage.test_deferred"),
    *("tests.storage.test_empty_pages", "tests.storage.test_group_commit", "tests.storage.test_indexed_handles"),
    *("tests.storage.test_pagination", "tests.storage.test_partners", "tests.delivery.test_drain"),
    *(
        "tests.delivery.test_claims",
        "tests.api.test_long_polls",
        "tests.api.test_send_message",
        "tests.api.test_uploads",
    ),
}
"""The modules whose tests also run on a distributed database."""

PROCESS_FOLDERS = {"acceptance", "bench", "cli", "console"}  # whose tests run real processes

FILE_STORES = ("folder", "s3")

NewDatabase: TypeAlias = Callable[[], str]
NewPlace: TypeAlias = Callable[[str], str]

# The same examples in every run, and no deadlines. `HYPOTHESIS_PROFILE=explore` tries new ones.
settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", settings.get_profile("repeatable"), derandomize=False, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Runs a test that is a coroutine function in an event loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs each test that needs a database on every engine, and some on a distributed database, too."""
    if "engine" in metafunc.fixturenames:
        engines = (*ENGINES, DISTRIBUTED) if metafunc.function.__module__ in ON_NODES_TOO else ENGINES
        metafunc.parametrize("engine", engines, indirect=True, scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that need PostgreSQL, run on it, or run whole processes, and runs the longest modules first."""
    for item in items:
        callspec = getattr(item, "callspec", None)
        on_postgres = callspec is not None and callspec.params.get("engine") in {"postgresql", DISTRIBUTED}
        if on_postgres or {"postgres", "postgres_url"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("postgres")
        if item.path.parent.name in PROCESS_FOLDERS:
            item.add_marker("acceptance")
    # So that the processes of `make test` end at the same time.
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.get_closest_marker("acceptance") is None, item.path not in slow))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The PostgreSQL server of this test process. If it does not start, tests fail: both engines must be tested.

    With ``PGBOUNCER=session`` or ``PGBOUNCER=transaction``, tests connect through a PgBouncer in this mode.
    """
    with running_postgres() as server, ExitStack() as stack:
        mode = os.environ.get("PGBOUNCER")
        if mode is not None:
            pooled = stack.enter_context(running_pgbouncer(server.new_database(), mode, size=100))
            server.query = urlsplit(pooled).query
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> str:
    """A new, empty PostgreSQL database."""
    return postgres.new_database()


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """The S3 server of this test process, which the variables of the process name."""
    with running_s3() as server, pytest.MonkeyPatch.context() as patch:
        for name, value in server.variables.items():
            patch.setenv(name, value)
        yield server


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    return request.param


@pytest.fixture(scope="session")
def new_database(engine: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> NewDatabase:
    """Makes new databases of the engine, for tests that need several, or one for a whole module."""
    if engine == DISTRIBUTED:
        cluster = os.environ.get(CLUSTER)
        if cluster is not None:
            return Cluster(cluster).new_database
        plain: PostgresServer = request.getfixturevalue("postgres")
        return lambda: distributed(with_nodes(plain, plain.new_database()))
    if engine == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        return server.new_database
    folder = tmp_path_factory.mktemp("sqlite")
    numbers = itertools.count(1)
    return lambda: f"sqlite:///{folder / f'test_{next(numbers)}.db'}"


@pytest.fixture(scope="session")
def new_place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> NewPlace:
    """Makes new, empty places for files in each kind of file store."""

    def make(kind: str) -> str:
        if kind == "folder":
            return str(tmp_path_factory.mktemp("files") / "attachments")
        server: S3Server = request.getfixturevalue("s3")
        return server.new_place()

    return make


@pytest.fixture(scope="module", params=FILE_STORES)
def opened_with_files(
    request: pytest.FixtureRequest, new_database: NewDatabase, new_place: NewPlace
) -> Iterator[OpenStore]:
    """One open store of each engine with each kind of file store for a module."""
    with opened_store(new_database(), new_place(request.param)) as store:
        yield store


@pytest.fixture
def database_url(new_database: NewDatabase) -> str:
    """A new, empty database of each engine."""
    return new_database()


@pytest.fixture(scope="module")
def opened_url(new_database: NewDatabase) -> str:
    """The database of ``opened``."""
    return new_database()


@pytest.fixture(scope="module")
def opened(opened_url: str) -> Iterator[OpenStore]:
    """One open store of each engine for a module; its tests create their own partners, which share nothing."""
    with opened_store(opened_url) as store:
        yield store
