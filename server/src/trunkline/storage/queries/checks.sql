-- name: chats_beyond_revision
select p.name, count(*)
from partner_states s join partners p on p.id = s.partner_id join chats c on c.partner_id = s.partner_id
where c.revision > s.revision group by p.name order by p.name

-- name: history_beyond_revision
select p.name, count(*)
from partner_states s join partners p on p.id = s.partner_id join sort_key_history m on m.partner_id = s.partner_id
where m.replaced_by > s.revision group by p.name order by p.name

-- name: messages_beyond_revision
select p.name, count(*)
from partner_states s join partners p on p.id = s.partner_id join messages m on m.partner_id = s.partner_id
where m.revision > s.revision group by p.name order by p.name

-- name: events_beyond_revision
select p.name, count(*)
from partner_states s join partners p on p.id = s.partner_id join events e on e.partner_id = s.partner_id
where e.sequence > s.revision group by p.name order by p.name

-- name: outbox_beyond_revision
select p.name, count(*)
from partner_states s join partners p on p.id = s.partner_id join outbox o on o.partner_id = s.partner_id
where o.sequence > s.revision group by p.name order by p.name

-- name: chats_after
select c.partner_id, c.id, c.line, c.recipients_key, c.name, c.updated_at, c.revision, c.document,
    c.message_count, c.unread_count,
    (select count(*) from messages m where m.partner_id = c.partner_id and m.chat_id = c.id) as messages,
    (
        select count(*) from messages m
        where m.partner_id = c.partner_id and m.chat_id = c.id and m.from_me = 0 and m.delivery_status = 'received'
    ) as unread
from chats c
where (c.partner_id, c.id) > (:partner, :id)
order by c.partner_id, c.id
limit :limit

-- name: messages_after
select partner_id, id, chat_id, created_at, from_me, delivery_status, document, poll from messages
where (partner_id, id) > (:partner, :id)
order by partner_id, id
limit :limit

-- name: attachments_after
select partner_id, id, size_bytes, file from attachments
where (partner_id, id) > (:partner, :id)
order by partner_id, id
limit :limit

-- name: references_to_file
select file from attachments where file = :file
union all
select file from files_to_delete where file = :file

-- name: attachment_of_file
select id from attachments where file = :file

-- name: pending
select count(case when destination = 'carrier' then 1 end), count(case when destination <> 'carrier' then 1 end)
from outbox where state = 'waiting'

-- name: media_parts_of_message
select id from media_parts where partner_id = :partner and message_id = :id

-- name: media_parts_without_message
select count(*) from media_parts x
where not exists (select 1 from messages m where m.partner_id = x.partner_id and m.id = x.message_id)

-- name: participants_of_chat
select handle, line, updated_at, revision from participants where partner_id = :partner and chat_id = :id order by handle

-- name: participants_without_chat
select count(*) from participants x
where not exists (select 1 from chats c where c.partner_id = x.partner_id and c.id = x.chat_id)

-- name: messages_without_chat
select count(*) from messages x
where not exists (select 1 from chats c where c.partner_id = x.partner_id and c.id = x.chat_id)

-- name: opt_outs_without_chat
-- One without a chat is of a chat that was removed with its line.
select count(*) from opt_outs x
where x.chat_id <> '' and not exists (select 1 from chats c where c.partner_id = x.partner_id and c.id = x.chat_id)

-- name: pending_without_ordering_key
select count(*) from outbox o
where o.state = 'waiting' and not exists (
    select 1 from ordering_keys k
    where k.partner_id = o.partner_id and k.destination = o.destination and k.ordering_key = o.ordering_key
)

-- name: ordering_keys_without_head
-- The head is the first pending entry: neither finished, nor behind another one.
select count(*) from ordering_keys k
where not exists (
    select 1 from outbox o
    where o.partner_id = k.partner_id and o.destination = k.destination and o.sequence = k.head
      and o.ordering_key = k.ordering_key and o.state = 'waiting'
) or exists (
    select 1 from outbox o
    where o.partner_id = k.partner_id and o.destination = k.destination and o.ordering_key = k.ordering_key and o.state = 'waiting'
      and o.sequence < k.head
)

-- name: ordering_keys_without_queue
select count(*) from ordering_keys k
where not exists (
    select 1 from queues q
    where q.partner_id = k.partner_id and q.destination = k.destination and q.due_at is not null
)
