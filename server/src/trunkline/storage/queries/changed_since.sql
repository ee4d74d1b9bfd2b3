-- The chats that have changed since a revision, in the order of their changes, each once. A line is a participant of its
-- own chats, so one index serves `from` alone and together with `to`. The chats of participants are subqueries by key, so
-- that no planner can start from them.

-- name: changed
select document, revision, (select revision from partner_states where partner_id = :partner) as partner_revision
from chats
where partner_id = :partner and revision > :since
order by revision
limit :limit

-- name: changed_of_handle
select (select c.document from chats c where c.partner_id = :partner and c.revision = x.revision) as document,
    x.revision, (select revision from partner_states where partner_id = :partner) as partner_revision
from participants x
where x.partner_id = :partner and x.handle = :handle and x.revision > :since
order by x.revision
limit :limit

-- name: changed_of_line_and_handle
select (select c.document from chats c where c.partner_id = :partner and c.revision = x.revision) as document,
    x.revision, (select revision from partner_states where partner_id = :partner) as partner_revision
from participants x
where x.partner_id = :partner and x.handle = :handle and x.line = :line and x.revision > :since
order by x.revision
limit :limit

-- name: revisions
-- The ids of the partners are one text of 19 characters each. `left join` fixes the join order for both planners.
with recursive requested (id, rest) as (
    select substr(cast(:partners as text), 1, 19), substr(cast(:partners as text), 20)
    union all
    select substr(rest, 1, 19), substr(rest, 20) from requested where rest <> ''
)
select s.partner_id, s.revision
from requested left join partner_states s on s.partner_id = cast(requested.id as bigint)
