-- A page is what stood below a place when the walk began, most recent first. Its live part is an index range: chats that
-- have not changed since (position <= :walk). Its moved part is the places that chats have left since: it is read only
-- when the counter has moved on, and only down to where the live part ended. `cross join` keeps SQLite to this order.
-- A participant's row has its chat's position, so that the index on its place is all that is read of it.

-- name: live
select document, updated_at, position, (select counter from partners where id = :partner) as counter
from chats
where partner_id = :partner and (updated_at, position) < (:below_updated_at, :below_position) and position <= :walk
order by updated_at desc, position desc
limit :limit offset :skip

-- name: live_of_line
select document, updated_at, position, (select counter from partners where id = :partner) as counter
from chats
where partner_id = :partner and line = :line
  and (updated_at, position) < (:below_updated_at, :below_position) and position <= :walk
order by updated_at desc, position desc
limit :limit offset :skip

-- name: live_of_handle
select c.document, x.updated_at, x.position, (select counter from partners where id = :partner) as counter
from participants x cross join chats c
where x.partner_id = :partner and x.handle = :handle
  and (x.updated_at, x.position) < (:below_updated_at, :below_position) and x.position <= :walk
  and c.partner_id = :partner and c.position = x.position
order by x.updated_at desc, x.position desc
limit :limit offset :skip

-- name: live_of_line_and_handle
select c.document, x.updated_at, x.position, (select counter from partners where id = :partner) as counter
from participants x cross join chats c
where x.partner_id = :partner and x.handle = :handle and x.line = :line
  and (x.updated_at, x.position) < (:below_updated_at, :below_position) and x.position <= :walk
  and c.partner_id = :partner and c.position = x.position
order by x.updated_at desc, x.position desc
limit :limit offset :skip

-- The moved part reads one index of one table, in its order or from its end; what it needs of others it asks by key, in
-- a subquery of its own, so that no planner can begin elsewhere.

-- name: moved_by_place
select (select c.document from chats c where c.partner_id = :partner and c.id = m.chat_id) as document,
    m.updated_at, m.position
from moves m
where m.partner_id = :partner
  and (m.updated_at, m.position) < (:below_updated_at, :below_position)
  and (m.updated_at, m.position) > (:above_updated_at, :above_position)
  and m.position <= :walk and m.moved_to > :walk
  and (cast(:line as text) is null or m.line = :line)
order by m.updated_at desc, m.position desc
limit :limit

-- name: moved_by_place_of_handle
select (select c.document from chats c where c.partner_id = :partner and c.id = m.chat_id) as document,
    m.updated_at, m.position
from moves m
where m.partner_id = :partner
  and (m.updated_at, m.position) < (:below_updated_at, :below_position)
  and (m.updated_at, m.position) > (:above_updated_at, :above_position)
  and m.position <= :walk and m.moved_to > :walk
  and (cast(:line as text) is null or m.line = :line)
  and (
      select x.since from participants x
      where x.partner_id = :partner and x.chat_id = m.chat_id and x.handle = :handle
  ) <= :walk
order by m.updated_at desc, m.position desc
limit :limit

-- name: moved_by_change
-- `+ 0` says that the order of places is not to be had from an index here.
select (select c.document from chats c where c.partner_id = :partner and c.id = m.chat_id) as document,
    m.updated_at, m.position
from moves m
where m.partner_id = :partner and m.moved_to > :walk and m.position <= :walk
  and (m.updated_at + 0, m.position) < (:below_updated_at, :below_position)
  and (m.updated_at + 0, m.position) > (:above_updated_at, :above_position)
  and (cast(:line as text) is null or m.line = :line)
order by m.updated_at + 0 desc, m.position desc
limit :limit

-- name: moved_by_change_of_handle
select (select c.document from chats c where c.partner_id = :partner and c.id = m.chat_id) as document,
    m.updated_at, m.position
from participants x cross join moves m
where x.partner_id = :partner and x.handle = :handle and x.position > :walk and x.since <= :walk
  and m.partner_id = :partner and m.chat_id = x.chat_id and m.moved_to > :walk and m.position <= :walk
  and (m.updated_at + 0, m.position) < (:below_updated_at, :below_position)
  and (m.updated_at + 0, m.position) > (:above_updated_at, :above_position)
  and (cast(:line as text) is null or m.line = :line)
order by m.updated_at + 0 desc, m.position desc
limit :limit

-- name: counter
select counter from partners where id = :partner
