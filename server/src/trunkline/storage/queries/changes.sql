-- A change of a partner's chats: the partner's row is locked first, so that changes commit in the order of their numbers.

-- name: lock_partner
update partners set clock = case when clock > :now then clock else :now end
where id = :partner
returning counter, clock

-- name: advance_counter
update partners set counter = :counter where id = :partner

-- name: leave_place
insert into moves (partner_id, chat_id, line, updated_at, position, moved_to, moved_at)
select partner_id, id, line, updated_at, position, cast(:position as bigint), cast(:now as bigint)
from chats
where partner_id = :partner and id = :id

-- name: save_chat
insert into chats (partner_id, id, line, recipients, name, message_count, unread_count, updated_at, position, document)
values (:partner, :id, :line, :recipients, :name, :message_count, :unread_count, :updated_at, :position, :document)
on conflict (partner_id, id) do update set
    line = excluded.line, recipients = excluded.recipients, name = excluded.name,
    message_count = excluded.message_count, unread_count = excluded.unread_count,
    updated_at = excluded.updated_at, position = excluded.position, document = excluded.document

-- name: save_participant
insert into participants (partner_id, chat_id, handle, line, since, updated_at, position)
values (:partner, :id, :handle, :line, :position, :updated_at, :position)
on conflict (partner_id, chat_id, handle) do update set
    line = excluded.line, updated_at = excluded.updated_at, position = excluded.position

-- name: forget_participants
-- Whoever is no longer among the chat's handles at all: only an upstream's chats lose somebody so.
delete from participants where partner_id = :partner and chat_id = :id and position < :position

-- name: chat
select document, name, message_count, unread_count from chats where partner_id = :partner and id = :id

-- name: chats_of_recipients
select document, name, message_count, unread_count from chats where partner_id = :partner and recipients = :recipients order by position desc

-- name: mirror
select next_cursor from mirrors where partner_id = :partner and base_url = :base_url

-- name: save_mirror
insert into mirrors (partner_id, base_url, next_cursor) values (:partner, :base_url, :next_cursor)
on conflict (partner_id, base_url) do update set next_cursor = excluded.next_cursor

-- name: forget_mirror
delete from mirrors where partner_id = :partner and base_url = :base_url
