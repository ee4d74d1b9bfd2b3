"""Deferred writes have the effect of the same writes one after the other, on both engines."""

from collections.abc import Sequence

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.open_store import OpenStore
from tests.support.partners import context, new_partner
from trunkline.storage.change import Change
from trunkline.storage.sql import parse

QUERIES = parse("""
-- name: put
insert into loopback_rules (partner_id, handle, rule) values (:partner, :handle, :rule)
on conflict (partner_id, handle) do update set rule = excluded.rule
-- name: append
update loopback_rules set rule = rule || cast(:rule as text) where partner_id = :partner and handle = :handle
-- name: copy
insert into loopback_rules (partner_id, handle, rule)
select partner_id, cast(:handle as text), rule from loopback_rules where partner_id = :partner and handle = :other
on conflict (partner_id, handle) do update set rule = excluded.rule
-- name: delete
delete from loopback_rules where partner_id = :partner and handle = :handle
-- name: all
select handle, rule from loopback_rules where partner_id = :partner
""")
HANDLES = [f"h{number}" for number in range(8)]

steps = st.lists(
    st.tuples(
        st.sampled_from(["put", "append", "copy", "delete", "read"]), st.sampled_from(HANDLES), st.sampled_from(HANDLES)
    ),
    max_size=40,
)


async def _play(change: Change, played: Sequence[tuple[str, str, str]], model: dict[str, str]) -> None:
    for number, (what, handle, other) in enumerate(played):
        if what == "read":
            assert dict(await change.fetch(QUERIES["all"], (change.partner_id,))) == model
            continue
        rule = f"{number},"
        query = QUERIES[what]
        values = query.values(partner=change.partner_id, handle=handle, other=other, rule=rule)
        row, read = ("loopback_rules", handle), ("loopback_rules", other)
        change.transaction.write(query, values, row, read if what == "copy" else None)
        if what == "put":
            model[handle] = rule
        elif what == "append" and handle in model:
            model[handle] += rule
        elif what == "copy" and other in model:
            model[handle] = model[other]
        elif what == "delete":
            model.pop(handle, None)


@settings(max_examples=60, deadline=None)
@example(played=[[("put", "h1", ""), ("put", "h2", "")], [("put", "h0", ""), ("copy", "h3", "h1"), ("put", "h1", "")]])
@example(played=[[("put", name, "") for name in HANDLES], [("copy", name, "h0") for name in HANDLES[1:]]])
@given(played=st.lists(steps, min_size=1, max_size=3))
def test_deferred_writes_are_like_writes_in_order(
    opened: OpenStore, played: Sequence[Sequence[tuple[str, str, str]]]
) -> None:
    async def play() -> None:
        store = opened.store
        partner_id = (await new_partner(store)).id
        model: dict[str, str] = {}
        for each in played:
            async with store.change(context(partner_id)) as change:
                await _play(change, each, model)
            assert dict(await store.reader(partner_id).fetch(QUERIES["all"], (partner_id,))) == model

    opened.run(play())
