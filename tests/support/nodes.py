"""Distributed databases: those of a cluster of Citus, and stand-ins on plain PostgreSQL.

The stand-in has the functions and the catalog of Citus that Trunkline uses. A distributed table becomes one that is
partitioned by a hash of ``partner_id``, a partition for each node. It does not refuse what Citus cannot do; a real
cluster shows that (docs/scaling.md).
"""

import asyncio
import uuid
from urllib.parse import quote, urlsplit

import asyncpg

from tests.support.postgres import PostgresServer
from trunkline.storage import distribution
from trunkline.storage.postgres_connections import PLANNER
from trunkline.storage.schema import upgrade
from trunkline.storage.store import connect

CLUSTER = "TRUNKLINE_TEST_CITUS"
"""The variable with the URL of a database with the extension ``citus``, on the coordinator of a cluster."""

NODES = 4

_STAND_IN = """
create schema nodes;
create table nodes.pg_dist_partition (logicalrelid regclass primary key, is_reference bool not null);
create table nodes.pg_dist_placement (shardid bigint, groupid int);
insert into nodes.pg_dist_placement select n, n from generate_series(0, 3) n;

create function nodes.create_reference_table(placed regclass) returns void language plpgsql as $$
begin
    insert into nodes.pg_dist_partition values (placed, true);
end $$;

create function nodes.create_distributed_table(placed regclass, spread_by text, colocate_with text)
returns void language plpgsql as $$
declare
    plain text := placed::text;
    index record;
begin
    create temporary table indexes on commit drop as
        select pg_get_indexdef(indexrelid) as definition from pg_index where indrelid = placed;
    execute format('alter table %I rename to %I', plain, plain || '_local');
    execute format(
        'create table %I (like %I including defaults) partition by hash (%I)', plain, plain || '_local', spread_by
    );
    for node in 0 .. 3 loop
        execute format(
            'create table %I partition of %I for values with (modulus 4, remainder %s)',
            plain || '_p' || node, plain, node
        );
    end loop;
    execute format('insert into %I select * from %I', plain, plain || '_local');
    execute format('drop table %I', plain || '_local');
    for index in select definition from indexes loop
        execute index.definition;
    end loop;
    drop table indexes;
    insert into nodes.pg_dist_partition values (plain::regclass, false);
end $$;

create function nodes.truncate_local_data_after_distributing_table(placed regclass) returns void language sql as '';

create function nodes.get_shard_id_for_distribution_column(placed regclass, partner bigint)
returns bigint language sql as $$
    select n from generate_series(0, 3) n
    where satisfies_hash_partition(placed, 4, n::int, partner)
$$;

create function nodes.run_command_on_all_nodes(command text)
returns table (nodeid int, success bool, result text) language plpgsql as $$
begin
    execute command;
    return query select 0, true, 'ALTER DATABASE';
end $$;
"""


def with_nodes(server: PostgresServer, url: str) -> str:
    """The same database, whose tables can be distributed."""
    database = urlsplit(url).path.removeprefix("/")
    server.execute(_STAND_IN, f"alter database {database} set search_path = public, nodes", url=url)
    return url


def distributed(url: str) -> str:
    """The same database, whose tables are distributed now."""
    asyncio.run(_distribute(url))
    return url


async def _distribute(url: str) -> None:
    database = await connect(url)
    try:
        await upgrade(database)
        async with database.migration() as transaction:
            await distribution.distribute(transaction, PLANNER)
    finally:
        await database.close()


class Cluster:
    """A cluster of Citus. Every database that it gives is a new schema in one database, which stays there."""

    def __init__(self, url: str) -> None:
        self._url = url

    def empty_database(self) -> str:
        """The URL of a new database without tables."""
        schema = f"test_{uuid.uuid4().hex}"
        asyncio.run(_execute(self._url, f"create schema {schema}"))
        separator = "&" if urlsplit(self._url).query else "?"
        return f"{self._url}{separator}options={quote(f'-c search_path={schema}')}"

    def new_database(self) -> str:
        """The URL of a new distributed database."""
        return distributed(self.empty_database())


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
