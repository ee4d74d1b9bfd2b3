-- name: chats_beyond_revision
select p.name, count(*)
from partner_states s join partners p on p.id = s.partner_id join chats c on c.partner_id = s.partner_id
where c.revision > s.revision group by p.name order by p.name

-- name: history_beyond_revision
select p.name, count(*)
from partner_states s join partners p on p.id = s.partner_id join sort_key_history m on m.partner_id = s.partner_id
where m.replaced_by > s.revision group by p.name order by p.name

-- name: events_beyond_revision
select p.name, count(*)
from partner_states s join partners p on p.id = s.partner_id join events e on e.partner_id = s.partner_id
where e.sequence > s.revision group by p.name order by p.name

-- name: outbox_beyond_revision
select p.name, count(*)
from partner_states s join partners p on p.id = s.partner_id join outbox o on o.partner_id = s.partner_id
where o.sequence > s.revision group by p.name order by p.name

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

-- name: next_partner
-- The first partner after one that has a row of these tables. A minimum reads one entry of an index.
select min(partner_id) from (
    select min(partner_id) as partner_id from chats where partner_id > :partner
    union all
    select min(partner_id) from participants where partner_id > :partner
    union all
    select min(partner_id) from chat_creations where partner_id > :partner
    union all
    select min(partner_id) from messages where partner_id > :partner
    union all
    select min(partner_id) from media_parts where partner_id > :partner
) x

-- name: count_chats
select count(*) from chats

-- name: chats_after
select id, line, recipients_key, name, updated_at, revision, document, message_count, unread_count, health
from chats
where partner_id = :partner and id > :after
order by id
limit :limit

-- name: participants_of_chats
-- Up to a chat, or to the end if it is null; so do the next ones.
select chat_id, handle, line, updated_at, revision
from participants
where partner_id = :partner and chat_id > :after
    and chat_id <= coalesce(:last, (select max(x.chat_id) from participants x where x.partner_id = :partner))
order by chat_id, handle

-- name: creations_of_chats
select chat_id, created_at
from chat_creations
where partner_id = :partner and chat_id > :after
    and chat_id <= coalesce(:last, (select max(x.chat_id) from chat_creations x where x.partner_id = :partner))
order by chat_id, revision

-- name: messages_of_chats
select chat_id, count(*)
from messages
where partner_id = :partner and chat_id > :after
    and chat_id <= coalesce(:last, (select max(x.chat_id) from messages x where x.partner_id = :partner))
group by chat_id

-- name: unread_of_chats
select chat_id, count(*)
from messages
where partner_id = :partner and from_me = 0 and delivery_status = 'received' and chat_id > :after
    and chat_id <= coalesce(:last, (select max(x.chat_id) from messages x where x.partner_id = :partner))
group by chat_id

-- name: messages_after
select id, chat_id, created_at, from_me, delivery_status, document, poll, revision
from messages
where partner_id = :partner and id > :after
order by id
limit :limit

-- name: media_parts_of_messages
select message_id, id
from media_parts
where partner_id = :partner and message_id > :after
    and message_id <= coalesce(:last, (select max(x.message_id) from media_parts x where x.partner_id = :partner))
order by message_id

-- name: state_of_partner
select p.name, s.revision from partner_states s join partners p on p.id = s.partner_id where s.partner_id = :partner

-- name: handles_partly_indexed
select count(*) from (
    select x.partner_id, x.handle
    from participants x
    where x.revision is null
    group by x.partner_id, x.handle
    having count(*) > :most or exists (
        select 1 from participants y
        where y.partner_id = x.partner_id and y.handle = x.handle and y.revision is not null
    )
) z
