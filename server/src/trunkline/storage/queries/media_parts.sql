-- name: message_of_part
select m.document, m.thread, m.idempotency_key, m.edits, m.poll, m.is_voice_memo
from media_parts p join messages m on m.partner_id = p.partner_id and m.id = p.message_id
where p.partner_id = :partner and p.id = :id
order by p.message_id
limit 1

-- name: messages_with_part
select message_id from media_parts where partner_id = :partner and id = :id limit 1

-- name: save
insert into media_parts (partner_id, id, message_id) values (:partner, :id, :message)
on conflict (partner_id, id, message_id) do nothing

-- name: forget
delete from media_parts where partner_id = :partner and message_id = :message

-- name: messages_after
select partner_id, id, document from messages
where (partner_id, id) > (:partner, :id)
order by partner_id, id
limit :limit
