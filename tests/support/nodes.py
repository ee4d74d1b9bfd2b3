"""Nodes without Citus: the functions and the catalog of Citus that Trunkline uses, on plain PostgreSQL.

A distributed table becomes one that is partitioned by a hash of ``partner_id``, a partition for each node. What spans
the nodes is not refused, as Citus may; a real cluster shows that (docs/scaling.md).
"""

from urllib.parse import urlsplit

from tests.support.postgres import PostgresServer

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
