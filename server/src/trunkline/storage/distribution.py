"""Tables that are spread over the nodes of a distributed PostgreSQL, which is Citus (docs/decisions/0037).

    local ──(the database is distributed)──▶ a reference table, which every node has as a whole
                                        └──▶ distributed by partner_id: a partner's rows are on one node, together

So every statement of one partner is carried out by one node.
"""

from collections.abc import Mapping, Sequence

import msgspec

from trunkline.domain.errors import CommandError
from trunkline.storage.ports import Source, Transaction
from trunkline.storage.sql import Query

REFERENCE_TABLES = frozenset({"store", "partners", "keys", "lines"})
"""The tables that are small, rarely written, and read before the partner is known."""

FIRST = "partner_states"
"""The distributed table with which all others are colocated. A database is distributed if this one is."""

HAS_CITUS = "select to_regclass('pg_dist_partition') is not null"
IS_DISTRIBUTED = f"select exists (select from pg_dist_partition where logicalrelid = to_regclass('{FIRST}'))"  # noqa: S608 - our own name

_HAS_CITUS = Query("has_citus", HAS_CITUS, ())
_TABLES = Query(
    "tables",
    # Without those of extensions.
    """
    select c.relname, d.logicalrelid is not null, exists (
        select from pg_attribute a where a.attrelid = c.oid and a.attname = 'partner_id' and not a.attisdropped
    )
    from pg_class c left join pg_dist_partition d on d.logicalrelid = c.oid
    where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = current_schema()::regnamespace
      and not exists (select from pg_depend e where e.objid = c.oid and e.deptype = 'e')
    order by c.relname <> $1, c.relname
    """,
    ("first",),
)
_ONE_BY_ONE = Query("one_by_one", "select set_config('citus.multi_shard_modify_mode', 'sequential', true)", ())
_PLACE_EVERYWHERE = Query("place_everywhere", "select create_reference_table(cast($1 as text)::regclass)", ("table",))
_DISTRIBUTE = Query(
    "distribute",
    "select create_distributed_table(cast($1 as text)::regclass, 'partner_id', colocate_with => $2)",
    ("table", "with"),
)
_DATABASE = Query("database", "select quote_ident(current_database())", ())
_ON_EACH_NODE = Query("on_each_node", "select success, result from run_command_on_all_nodes($1)", ("command",))
_FORGET_LOCAL_ROWS = Query(
    "forget_local_rows",
    "select truncate_local_data_after_distributing_table(cast($1 as text)::regclass)",
    ("table",),
)
_PARTNERS = Query("partners", "select id from partners", ())
_NODES = Query(
    "nodes",
    # Of the coordinator's own catalog, so it is known whichever node does not answer.
    f"""
    select p.groupid, r.id from unnest(cast(cast($1 as text) as bigint[])) r (id)
    join pg_dist_placement p on p.shardid = get_shard_id_for_distribution_column('{FIRST}'::regclass, r.id)
    """,  # noqa: S608 - our own name
    ("partners",),
)


class Placed(msgspec.Struct, frozen=True):
    """Tables that were local: ``everywhere`` are now reference tables, ``distributed`` those that are spread."""

    everywhere: Sequence[str]
    distributed: Sequence[str]


async def place_tables(transaction: Transaction) -> Placed:
    """Places the tables that are still local, all or none. Raises ``CommandError`` for one without a partner."""
    tables = await transaction.fetch(_TABLES, (FIRST,))
    local = [(name, has_partner) for name, is_placed, has_partner in tables if not is_placed]
    everywhere = [name for name, _ in local if name in REFERENCE_TABLES]
    distributed = [name for name, has_partner in local if has_partner and name not in REFERENCE_TABLES]
    unknown = sorted({name for name, _ in local} - {*everywhere, *distributed})
    if unknown:
        raise CommandError(
            f"the table {unknown[0]} would stay on one node: it has no column partner_id, and is none of "
            f"{', '.join(sorted(REFERENCE_TABLES))}; a table that is not Trunkline's needs a schema of its own"
        )
    if local:
        await transaction.fetch(_ONE_BY_ONE, ())
    for name in everywhere:
        await transaction.fetch(_PLACE_EVERYWHERE, (name,))
    for name in distributed:
        await transaction.fetch(_DISTRIBUTE, (name, "none" if name == FIRST else FIRST))
    return Placed(everywhere, distributed)


async def distribute(transaction: Transaction, settings: Mapping[str, str]) -> Placed:
    """Places the local tables, and gives every node these settings for new sessions. Raises ``CommandError``."""
    [(has_citus,)] = await transaction.fetch(_HAS_CITUS, ())
    if not has_citus:
        raise CommandError(
            "the database has no extension citus; connect to the coordinator of a cluster, and run "
            "`create extension citus` there (docs/scaling.md)"
        )
    placed = await place_tables(transaction)
    [(database,)] = await transaction.fetch(_DATABASE, ())
    for name, value in settings.items():
        for succeeded, result in await transaction.fetch(
            _ON_EACH_NODE, (f"alter database {database} set {name} = '{value}'",)
        ):
            if not succeeded:
                raise CommandError(f"a node does not accept {name} = {value} for the database: {result}")
    return placed


async def forget_local_rows(transaction: Transaction) -> None:
    """Frees the space of the rows that a table had before it was placed, and that nobody sees any longer."""
    for name, is_placed, _ in await transaction.fetch(_TABLES, (FIRST,)):
        if is_placed:
            await transaction.fetch(_FORGET_LOCAL_ROWS, (name,))


async def partners_by_node(source: Source) -> Mapping[int, Sequence[int]]:
    """The ids of the partners whose rows are on a node, by the number of its group."""
    ids = [str(partner_id) for (partner_id,) in await source.fetch(_PARTNERS, ())]
    found: dict[int, list[int]] = {}
    for group, partner_id in await source.fetch(_NODES, (f"{{{','.join(ids)}}}",)):
        found.setdefault(group, []).append(partner_id)
    return found


def of_partners(query: Query, partners: Sequence[int]) -> Query:
    """A query of ``queues``, of these partners alone. Their ids are in its text, so that only their nodes are asked."""
    ids = ", ".join(map(str, partners))
    queues = f"select * from queues where partner_id in ({ids})"  # noqa: S608 - numbers
    return Query(query.name, f"with queues as not materialized ({queues}) {query.text}", query.parameters)
