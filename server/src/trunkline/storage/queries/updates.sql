-- What has changed since a position, in the order of the changes: each chat once, at its latest position. A line is a
-- participant of its own chats, so that one index serves `from` alone and together with `to`. The chats of participants
-- are asked for by key, in a subquery of its own, so that no planner can begin elsewhere.

-- name: updated
select document, position, (select counter from partners where id = :partner) as counter
from chats
where partner_id = :partner and position > :since
order by position
limit :limit

-- name: updated_of_handle
select (select c.document from chats c where c.partner_id = :partner and c.position = x.position) as document,
    x.position, (select counter from partners where id = :partner) as counter
from participants x
where x.partner_id = :partner and x.handle = :handle and x.position > :since
order by x.position
limit :limit

-- name: updated_of_line_and_handle
select (select c.document from chats c where c.partner_id = :partner and c.position = x.position) as document,
    x.position, (select counter from partners where id = :partner) as counter
from participants x
where x.partner_id = :partner and x.handle = :handle and x.line = :line and x.position > :since
order by x.position
limit :limit

-- name: counters
-- The ids of the partners come as one text, so many characters each. `left join` keeps every planner to this order.
with recursive asked (id, others) as (
    select substr(cast(:partners as text), 1, 19), substr(cast(:partners as text), 20)
    union all
    select substr(others, 1, 19), substr(others, 20) from asked where others <> ''
)
select p.id, p.counter
from asked left join partners p on p.id = cast(asked.id as bigint)
