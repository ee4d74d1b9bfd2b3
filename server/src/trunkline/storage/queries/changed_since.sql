-- The chats that have changed since a revision, in the order of their changes, each once. Those of a handle are in three
-- places (chat_list.sql), and `changed_since` sorts them.

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

-- name: changed_of_handle
select c.document, c.revision, (select revision from partner_states where partner_id = :partner) as partner_revision
from participants x cross join chats c
where x.partner_id = :partner and x.handle = :handle and x.revision is null
  and c.partner_id = :partner and c.id = x.chat_id and c.revision + 0 > :since
union all
select * from (
    select (select c.document from chats c where c.partner_id = :partner and c.revision = x.revision) as document,
        x.revision, (select revision from partner_states where partner_id = :partner) as partner_revision
    from participants x
    where x.partner_id = :partner and x.handle = :handle and x.revision > :since
    order by x.revision
    limit :limit
) of_indexed
union all
select * from (
    select c.document, c.revision, (select revision from partner_states where partner_id = :partner) as partner_revision
    from chats c
    where c.partner_id = :partner and c.line = :handle
      and exists (select 1 from lines where partner_id = :partner and phone_number = :handle)
      and c.revision > :since
    order by c.revision
    limit :limit
) of_line

-- name: changed_of_line_and_handle
select c.document, c.revision, (select revision from partner_states where partner_id = :partner) as partner_revision
from participants x cross join chats c
where x.partner_id = :partner and x.handle = :handle and x.revision is null
  and c.partner_id = :partner and c.id = x.chat_id and c.line || '' = :line
  and c.revision + 0 > :since
union all
select * from (
    select (select c.document from chats c where c.partner_id = :partner and c.revision = x.revision) as document,
        x.revision, (select revision from partner_states where partner_id = :partner) as partner_revision
    from participants x
    where x.partner_id = :partner and x.handle = :handle and x.line = :line and x.revision > :since
    order by x.revision
    limit :limit
) of_indexed

-- name: revisions
-- The ids of the partners are one text of 19 characters each. `left join` fixes the join order for both planners.
with recursive requested (id, rest) as (
    select substr(cast(:partners as text), 1, 19), substr(cast(:partners as text), 20)
    union all
    select substr(rest, 1, 19), substr(rest, 20) from requested where rest <> ''
)
select s.partner_id, s.revision
from requested left join partner_states s on s.partner_id = cast(requested.id as bigint)
