-- What has changed since a position, in the order of the changes: each chat once, at its latest position. A line is a
-- participant of its own chats, so that one index serves `from` alone and together with `to`.

-- name: updated
select document, position, (select counter from partners where id = :partner) as counter
from chats
where partner_id = :partner and position > :since
order by position
limit :limit

-- name: updated_of_handle
select c.document, x.position, (select counter from partners where id = :partner) as counter
from participants x cross join chats c
where x.partner_id = :partner and x.handle = :handle and x.position > :since
  and c.partner_id = :partner and c.position = x.position
order by x.position
limit :limit

-- name: updated_of_line_and_handle
select c.document, x.position, (select counter from partners where id = :partner) as counter
from participants x cross join chats c
where x.partner_id = :partner and x.handle = :handle and x.line = :line and x.position > :since
  and c.partner_id = :partner and c.position = x.position
order by x.position
limit :limit

-- name: counters
-- The ids of the partners come as one text, so many characters each.
with recursive asked (id, others) as (
    select substr(cast(:partners as text), 1, 19), substr(cast(:partners as text), 20)
    union all
    select substr(others, 1, 19), substr(others, 20) from asked where others <> ''
)
select p.id, p.counter
from asked a cross join partners p
where p.id = cast(a.id as bigint)
