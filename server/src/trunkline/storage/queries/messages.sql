-- A chat's messages, newest first, as they were there when the walk began (position <= :walk). Messages do not move.

-- name: page
select m.document, m.created_at, m.position, (select p.counter from partners p where p.id = :partner) as counter
from messages m
where m.partner_id = :partner and m.chat_id = :chat
  and (m.created_at, m.position) < (:beyond_created_at, :beyond_position) and m.position <= :walk
order by m.created_at desc, m.position desc
limit :limit

-- name: thread_newest_first
select m.document, m.created_at, m.position, (select p.counter from partners p where p.id = :partner) as counter
from messages m
where m.partner_id = :partner and m.thread = :thread
  and (m.created_at, m.position) < (:beyond_created_at, :beyond_position) and m.position <= :walk
order by m.created_at desc, m.position desc
limit :limit

-- name: thread_oldest_first
select m.document, m.created_at, m.position, (select p.counter from partners p where p.id = :partner) as counter
from messages m
where m.partner_id = :partner and m.thread = :thread
  and (m.created_at, m.position) > (:beyond_created_at, :beyond_position) and m.position <= :walk
order by m.created_at, m.position
limit :limit

-- name: message
select document, thread, idempotency_key, edits from messages where partner_id = :partner and id = :id

-- name: save
update messages set delivery_status = :delivery_status, edits = :edits, document = :document
where partner_id = :partner and id = :id

-- name: delete
delete from messages where partner_id = :partner and id = :id

-- name: unread
select document, thread, idempotency_key, edits from messages
where partner_id = :partner and chat_id = :chat and from_me = 0 and delivery_status = 'received'

-- name: latest
-- What health needs of a chat's messages, newest first.
select from_me, delivery_status from messages
where partner_id = :partner and chat_id = :chat
order by created_at desc, position desc
limit :limit
