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

-- name: latest
-- The partner's revision and that of its latest change, 0 if there is none, from one moment.
select s.revision, coalesce((
    select c.revision from chats c where c.partner_id = :partner order by c.revision desc limit 1
), 0)
from partner_states s where s.partner_id = :partner

-- name: latest_of_handle
select s.revision, coalesce((
    select x.revision from participants x
    where x.partner_id = :partner and x.handle = :handle
    order by x.revision desc limit 1
), 0)
from partner_states s where s.partner_id = :partner

-- name: latest_of_line_and_handle
select s.revision, coalesce((
    select x.revision from participants x
    where x.partner_id = :partner and x.handle = :handle and x.line = :line
    order by x.revision desc limit 1
), 0)
from partner_states s where s.partner_id = :partner
