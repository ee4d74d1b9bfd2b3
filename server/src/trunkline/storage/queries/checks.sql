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
    c.message_count, c.unread_count, c.health,
    (
        select k.created_at from chat_creations k
        where k.partner_id = c.partner_id and k.chat_id = c.id
        order by k.revision desc
        limit 1
    ) as created_at,
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
select file from attachments where partner_id = :partner and file = :file
union all
select file from files_to_delete where partner_id = :partner and file = :file

-- name: attachment_of_file
select id from attachments where partner_id = :partner and file = :file

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

-- name: creations_without_chat
select count(*) from chat_creations x
where not exists (select 1 from chats c where c.partner_id = x.partner_id and c.id = x.chat_id)

-- name: handles_partly_indexed
select count(*) from (
    select 1 from participants
    group by partner_id, handle
    having count(revision) < count(*) and (count(revision) > 0 or count(*) > :most)
) x

-- name: messages_without_chat
select count(*) from messages x
where not exists (select 1 from chats c where c.partner_id = x.partner_id and c.id = x.chat_id)

-- name: opt_outs_without_chat
-- One without a chat is of a chat that was removed with its line.
select count(*) from opt_outs x
where x.chat_id <> '' and not exists (select 1 from chats c where c.partner_id = x.partner_id and c.id = x.chat_id)

-- name: pending_behind_nothing
-- Waiting entries whose ordering key has no entry that is due.
select count(*) from outbox o
where o.state = 'waiting' and not exists (
    select 1 from outbox f
    where f.partner_id = o.partner_id and f.destination = o.destination and f.ordering_key = o.ordering_key
      and f.state = 'waiting' and f.due_at is not null
)

-- name: due_out_of_order
-- Only the first pending entry of an ordering key is due: neither a finished one, nor one behind another.
select count(*) from outbox o
where o.due_at is not null and (
    o.state <> 'waiting' or exists (
        select 1 from outbox f
        where f.partner_id = o.partner_id and f.destination = o.destination and f.ordering_key = o.ordering_key
          and f.state = 'waiting' and f.sequence < o.sequence
    )
)

-- name: due_without_queue
select count(*) from outbox o
where o.due_at is not null and not exists (
    select 1 from queues q
    where q.partner_id = o.partner_id and q.destination = o.destination and q.due_at is not null
)
