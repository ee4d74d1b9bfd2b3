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

-- name: moved_by_place
select c.document, m.updated_at, m.position
from moves m cross join chats c
where m.partner_id = :partner
  and (m.updated_at, m.position) < (:below_updated_at, :below_position)
  and (m.updated_at, m.position) > (:above_updated_at, :above_position)
  and m.position <= :walk and m.moved_to > :walk
  and (cast(:line as text) is null or m.line = :line)
  and c.partner_id = :partner and c.id = m.chat_id
order by m.updated_at desc, m.position desc
limit :limit

-- name: moved_by_place_of_handle
select c.document, m.updated_at, m.position
from moves m cross join participants x cross join chats c
where m.partner_id = :partner
  and (m.updated_at, m.position) < (:below_updated_at, :below_position)
  and (m.updated_at, m.position) > (:above_updated_at, :above_position)
  and m.position <= :walk and m.moved_to > :walk
  and (cast(:line as text) is null or m.line = :line)
  and x.partner_id = :partner and x.chat_id = m.chat_id and x.handle = :handle and x.since <= :walk
  and c.partner_id = :partner and c.id = m.chat_id
order by m.updated_at desc, m.position desc
limit :limit

-- name: moved_by_chat
select c.document, m.updated_at, m.position
from chats c cross join moves m
where c.partner_id = :partner and c.position > :walk
  and (cast(:line as text) is null or c.line = :line)
  and m.partner_id = :partner and m.moved_to = (
      select min(n.moved_to) from moves n
      where n.partner_id = :partner and n.chat_id = c.id and n.moved_to > :walk
  )
  and m.position <= :walk
  and (m.updated_at, m.position) < (:below_updated_at, :below_position)
  and (m.updated_at, m.position) > (:above_updated_at, :above_position)
order by m.updated_at desc, m.position desc
limit :limit

-- name: moved_by_chat_of_handle
select c.document, m.updated_at, m.position
from participants x cross join moves m cross join chats c
where x.partner_id = :partner and x.handle = :handle and x.position > :walk and x.since <= :walk
  and (cast(:line as text) is null or x.line = :line)
  and m.partner_id = :partner and m.moved_to = (
      select min(n.moved_to) from moves n
      where n.partner_id = :partner and n.chat_id = x.chat_id and n.moved_to > :walk
  )
  and m.position <= :walk
  and (m.updated_at, m.position) < (:below_updated_at, :below_position)
  and (m.updated_at, m.position) > (:above_updated_at, :above_position)
  and c.partner_id = :partner and c.id = x.chat_id
order by m.updated_at desc, m.position desc
limit :limit
