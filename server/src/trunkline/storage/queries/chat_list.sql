-- A page is what came after a sort key in the pagination snapshot, most recent first. The live part is an index range:
-- the chats that have not changed since the snapshot (revision <= :snapshot). The moved part is the sort keys that other
-- chats had in the snapshot. It is read only if the partner's revision has moved on, and only down to the end of the live
-- part. `cross join` fixes the join order for SQLite.
--
-- The chats of a handle are in three places, of which one or two are empty: the few chats of a handle that is not
-- indexed, in no order; the chats of an indexed handle, by its sort keys; and the chats of a line, by theirs. `chat_list`
-- makes one statement of the three, and sorts what it returns. `place` tells which of the first two would have been
-- enough; it is null if the handle is a line. `+ 0` and `|| ''` keep a planner from starting with an index on the chats
-- of the first place. The third one is not read at all unless the handle is a line, because a planner that knows of one
-- line only would look for it among all chats.

-- name: live
select document, updated_at, revision, (select revision from partner_states where partner_id = :partner) as partner_revision
from chats
where partner_id = :partner and (updated_at, revision) < (:after_updated_at, :after_revision) and revision <= :snapshot
order by updated_at desc, revision desc
limit :limit offset :skip

-- name: live_of_line
select document, updated_at, revision, (select revision from partner_states where partner_id = :partner) as partner_revision
from chats
where partner_id = :partner and line = :line
  and (updated_at, revision) < (:after_updated_at, :after_revision) and revision <= :snapshot
order by updated_at desc, revision desc
limit :limit offset :skip

-- name: live_of_health
-- Of one status, not HEALTHY. `chat_list` makes one statement for three of them, and sorts what it returns.
select document, updated_at, revision, (select revision from partner_states where partner_id = :partner) as partner_revision
from chats
where partner_id = :partner and health = :health and health <> 'HEALTHY'
  and (updated_at, revision) < (:after_updated_at, :after_revision) and revision <= :snapshot
order by updated_at desc, revision desc
limit :limit

-- name: live_of_line_and_health
select document, updated_at, revision, (select revision from partner_states where partner_id = :partner) as partner_revision
from chats
where partner_id = :partner and line = :line and health = :health and health <> 'HEALTHY'
  and (updated_at, revision) < (:after_updated_at, :after_revision) and revision <= :snapshot
order by updated_at desc, revision desc
limit :limit

-- name: live_by_creation
-- The revision of a sort key is that of the change from which on the chat had it, so a snapshot has the latest one.
-- It is looked up for each row: a planner can make a join of `not exists`, and read the whole table.
select c.document, k.created_at, k.revision, (select revision from partner_states where partner_id = :partner) as partner_revision
from chat_creations k cross join chats c
where k.partner_id = :partner
  and (k.created_at, k.revision) < (:after_updated_at, :after_revision) and k.revision <= :snapshot
  and k.revision = (
      select n.revision from chat_creations n
      where n.partner_id = :partner and n.chat_id = k.chat_id and n.revision <= :snapshot
      order by n.revision desc
      limit 1
  )
  and c.partner_id = :partner and c.id = k.chat_id
order by k.created_at desc, k.revision desc
limit :limit

-- name: live_of_few
select c.document, c.updated_at, c.revision, (select revision from partner_states where partner_id = :partner) as partner_revision,
    case when exists (select 1 from lines where partner_id = :partner and phone_number = :handle) then null else 0 end as place
from participants x cross join chats c
where x.partner_id = :partner and x.handle = :handle and x.revision is null
  and c.partner_id = :partner and c.id = x.chat_id
  and (c.updated_at + 0, c.revision) < (:after_updated_at, :after_revision) and c.revision + 0 <= :snapshot

-- name: live_of_indexed
select c.document, x.updated_at, x.revision, (select revision from partner_states where partner_id = :partner) as partner_revision,
    case when exists (select 1 from lines where partner_id = :partner and phone_number = :handle) then null else 1 end as place
from participants x cross join chats c
where x.partner_id = :partner and x.handle = :handle
  and (x.updated_at, x.revision) < (:after_updated_at, :after_revision) and x.revision <= :snapshot
  and c.partner_id = :partner and c.revision = x.revision
order by x.updated_at desc, x.revision desc
limit :limit

-- name: live_of_own_line
select c.document, c.updated_at, c.revision, (select revision from partner_states where partner_id = :partner) as partner_revision,
    cast(null as integer) as place
from chats c
where c.partner_id = :partner and c.line = :handle
  and exists (select 1 from lines where partner_id = :partner and phone_number = :handle)
  and (c.updated_at, c.revision) < (:after_updated_at, :after_revision) and c.revision <= :snapshot
order by c.updated_at desc, c.revision desc
limit :limit

-- name: live_of_line_and_few
select c.document, c.updated_at, c.revision, (select revision from partner_states where partner_id = :partner) as partner_revision, 0 as place
from participants x cross join chats c
where x.partner_id = :partner and x.handle = :handle and x.revision is null
  and c.partner_id = :partner and c.id = x.chat_id and c.line || '' = :line
  and (c.updated_at + 0, c.revision) < (:after_updated_at, :after_revision) and c.revision + 0 <= :snapshot

-- name: live_of_line_and_indexed
select c.document, x.updated_at, x.revision, (select revision from partner_states where partner_id = :partner) as partner_revision, 1 as place
from participants x cross join chats c
where x.partner_id = :partner and x.handle = :handle and x.line = :line
  and (x.updated_at, x.revision) < (:after_updated_at, :after_revision) and x.revision <= :snapshot
  and c.partner_id = :partner and c.revision = x.revision
order by x.updated_at desc, x.revision desc
limit :limit

-- name: skipped_of_handle
-- The last of the first :skip chats of a handle.
select updated_at, revision from (
    select c.updated_at, c.revision
    from participants x cross join chats c
    where x.partner_id = :partner and x.handle = :handle and x.revision is null
      and c.partner_id = :partner and c.id = x.chat_id
    union all
    select * from (
        select updated_at, revision from participants
        where partner_id = :partner and handle = :handle and revision is not null
        order by updated_at desc, revision desc
        limit :skip
    ) of_indexed
    union all
    select * from (
        select updated_at, revision from chats
        where partner_id = :partner and line = :handle
          and exists (select 1 from lines where partner_id = :partner and phone_number = :handle)
        order by updated_at desc, revision desc
        limit :skip
    ) of_line
) x
order by updated_at desc, revision desc
limit 1 offset :skip - 1

-- name: skipped_of_line_and_handle
select updated_at, revision from (
    select c.updated_at, c.revision
    from participants x cross join chats c
    where x.partner_id = :partner and x.handle = :handle and x.revision is null
      and c.partner_id = :partner and c.id = x.chat_id and c.line || '' = :line
    union all
    select * from (
        select updated_at, revision from participants
        where partner_id = :partner and handle = :handle and line = :line and revision is not null
        order by updated_at desc, revision desc
        limit :skip
    ) of_indexed
) x
order by updated_at desc, revision desc
limit 1 offset :skip - 1

-- The moved part reads one index of one table. Whatever else it needs is a subquery by key, so that no planner can start
-- from another table.

-- name: moved_by_sort_key
select (select c.document from chats c where c.partner_id = :partner and c.id = m.chat_id) as document,
    m.updated_at, m.revision
from sort_key_history m
where m.partner_id = :partner
  and (m.updated_at, m.revision) < (:after_updated_at, :after_revision)
  and (m.updated_at, m.revision) > (:before_updated_at, :before_revision)
  and m.revision <= :snapshot and m.replaced_by > :snapshot
  and (cast(:line as text) is null or m.line = :line)
order by m.updated_at desc, m.revision desc
limit :limit

-- name: moved_by_sort_key_of_handle
select (select c.document from chats c where c.partner_id = :partner and c.id = m.chat_id) as document,
    m.updated_at, m.revision
from sort_key_history m
where m.partner_id = :partner
  and (m.updated_at, m.revision) < (:after_updated_at, :after_revision)
  and (m.updated_at, m.revision) > (:before_updated_at, :before_revision)
  and m.revision <= :snapshot and m.replaced_by > :snapshot
  and (cast(:line as text) is null or m.line = :line)
  and (
      m.line = :handle
      or (
          select x.since_revision from participants x
          where x.partner_id = :partner and x.chat_id = m.chat_id and x.handle = :handle
      ) <= :snapshot
  )
order by m.updated_at desc, m.revision desc
limit :limit

-- name: moved_by_change
-- `+ 0` keeps the planner from using the index on the sort key.
select (select c.document from chats c where c.partner_id = :partner and c.id = m.chat_id) as document,
    m.updated_at, m.revision
from sort_key_history m
where m.partner_id = :partner and m.replaced_by > :snapshot and m.revision <= :snapshot
  and (m.updated_at + 0, m.revision) < (:after_updated_at, :after_revision)
  and (m.updated_at + 0, m.revision) > (:before_updated_at, :before_revision)
  and (cast(:line as text) is null or m.line = :line)
order by m.updated_at + 0 desc, m.revision desc
limit :limit

-- name: moved_by_change_of_few
select (select c.document from chats c where c.partner_id = :partner and c.id = m.chat_id) as document,
    m.updated_at, m.revision
from participants x cross join sort_key_history m
where x.partner_id = :partner and x.handle = :handle and x.revision is null and x.since_revision <= :snapshot
  and m.partner_id = :partner and m.chat_id = x.chat_id and m.replaced_by > :snapshot and m.revision <= :snapshot
  and (m.updated_at + 0, m.revision) < (:after_updated_at, :after_revision)
  and (m.updated_at + 0, m.revision) > (:before_updated_at, :before_revision)
  and (cast(:line as text) is null or m.line = :line)
order by m.updated_at + 0 desc, m.revision desc
limit :limit

-- name: moved_by_change_of_indexed
select (select c.document from chats c where c.partner_id = :partner and c.id = m.chat_id) as document,
    m.updated_at, m.revision
from participants x cross join sort_key_history m
where x.partner_id = :partner and x.handle = :handle and x.revision > :snapshot and x.since_revision <= :snapshot
  and m.partner_id = :partner and m.chat_id = x.chat_id and m.replaced_by > :snapshot and m.revision <= :snapshot
  and (m.updated_at + 0, m.revision) < (:after_updated_at, :after_revision)
  and (m.updated_at + 0, m.revision) > (:before_updated_at, :before_revision)
  and (cast(:line as text) is null or m.line = :line)
order by m.updated_at + 0 desc, m.revision desc
limit :limit

-- name: moved_by_change_of_own_line
select (select c.document from chats c where c.partner_id = :partner and c.id = m.chat_id) as document,
    m.updated_at, m.revision
from chats x cross join sort_key_history m
where x.partner_id = :partner and x.line = :handle and x.revision > :snapshot
  and m.partner_id = :partner and m.chat_id = x.id and m.replaced_by > :snapshot and m.revision <= :snapshot
  and (m.updated_at + 0, m.revision) < (:after_updated_at, :after_revision)
  and (m.updated_at + 0, m.revision) > (:before_updated_at, :before_revision)
  and (cast(:line as text) is null or m.line = :line)
order by m.updated_at + 0 desc, m.revision desc
limit :limit

-- name: history_start
select history_start from partner_states where partner_id = :partner

-- name: partner_revision
select revision from partner_states where partner_id = :partner
