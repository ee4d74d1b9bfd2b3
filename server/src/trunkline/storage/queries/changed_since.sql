-- The chats that have changed since a revision, in the order of their changes, each once. Those of a handle are in three
-- places (chat_list.sql). `changed_since` makes one statement of those of a handle, and sorts what it returns.

-- name: changed
select document, revision, (select revision from partner_states where partner_id = :partner) as partner_revision
from chats
where partner_id = :partner and revision > :since
order by revision
limit :limit

-- name: changed_of_line
select document, revision, (select revision from partner_states where partner_id = :partner) as partner_revision
from chats
where partner_id = :partner and line = :line and revision > :since
order by revision
limit :limit

-- name: changed_of_few
select c.document, c.revision, (select revision from partner_states where partner_id = :partner) as partner_revision
from participants x cross join chats c
where x.partner_id = :partner and x.handle = :handle and x.revision is null
  and c.partner_id = :partner and c.id = x.chat_id and c.revision + 0 > :since

-- name: changed_of_indexed
select (select c.document from chats c where c.partner_id = :partner and c.revision = x.revision) as document,
    x.revision, (select revision from partner_states where partner_id = :partner) as partner_revision
from participants x
where x.partner_id = :partner and x.handle = :handle and x.revision > :since
order by x.revision
limit :limit

-- name: changed_of_own_line
select c.document, c.revision, (select revision from partner_states where partner_id = :partner) as partner_revision
from chats c
where c.partner_id = :partner and c.line = :handle
  and exists (select 1 from lines where partner_id = :partner and phone_number = :handle)
  and c.revision > :since
order by c.revision
limit :limit

-- name: changed_of_line_and_few
select c.document, c.revision, (select revision from partner_states where partner_id = :partner) as partner_revision
from participants x cross join chats c
where x.partner_id = :partner and x.handle = :handle and x.revision is null
  and c.partner_id = :partner and c.id = x.chat_id and c.line || '' = :line
  and c.revision + 0 > :since

-- name: changed_of_line_and_indexed
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

-- name: latest_of_line
select s.revision, coalesce((
    select c.revision from chats c
    where c.partner_id = :partner and c.line = :line
    order by c.revision desc limit 1
), 0)
from partner_states s where s.partner_id = :partner

-- name: latest_of_handle
select s.revision, coalesce((
    select max(found.revision) from (
        select max(c.revision) as revision
        from participants x cross join chats c
        where x.partner_id = :partner and x.handle = :handle and x.revision is null
          and c.partner_id = :partner and c.id = x.chat_id
        union all
        select * from (
            select x.revision from participants x
            where x.partner_id = :partner and x.handle = :handle and x.revision > 0
            order by x.revision desc limit 1
        ) of_indexed
        union all
        select * from (
            select c.revision from chats c
            where c.partner_id = :partner and c.line = :handle
              and exists (select 1 from lines where partner_id = :partner and phone_number = :handle)
            order by c.revision desc limit 1
        ) of_line
    ) found
), 0)
from partner_states s where s.partner_id = :partner

-- name: latest_of_line_and_handle
select s.revision, coalesce((
    select max(found.revision) from (
        select max(c.revision) as revision
        from participants x cross join chats c
        where x.partner_id = :partner and x.handle = :handle and x.revision is null
          and c.partner_id = :partner and c.id = x.chat_id and c.line || '' = :line
        union all
        select * from (
            select x.revision from participants x
            where x.partner_id = :partner and x.handle = :handle and x.line = :line and x.revision > 0
            order by x.revision desc limit 1
        ) of_indexed
    ) found
), 0)
from partner_states s where s.partner_id = :partner
