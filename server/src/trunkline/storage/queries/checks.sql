-- name: chats_beyond_counter
select p.name, count(*) from partners p join chats c on c.partner_id = p.id
where c.position > p.counter group by p.name order by p.name

-- name: moves_beyond_counter
select p.name, count(*) from partners p join moves m on m.partner_id = p.id
where m.moved_to > p.counter group by p.name order by p.name

-- name: messages_beyond_counter
select p.name, count(*) from partners p join messages m on m.partner_id = p.id
where m.position > p.counter group by p.name order by p.name

-- name: events_beyond_counter
select p.name, count(*) from partners p join events e on e.partner_id = p.id
where e.number > p.counter group by p.name order by p.name

-- name: outbox_beyond_counter
select p.name, count(*) from partners p join outbox o on o.partner_id = p.id
where o.number > p.counter group by p.name order by p.name

-- name: chats_after
select c.partner_id, c.id, c.line, c.recipients, c.name, c.updated_at, c.position, c.document,
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
select partner_id, id, chat_id, created_at, from_me, delivery_status, document from messages
where (partner_id, id) > (:partner, :id)
order by partner_id, id
limit :limit

-- name: participants_of_chat
select handle, line, updated_at, position from participants where partner_id = :partner and chat_id = :id order by handle

-- name: participants_without_chat
select count(*) from participants x
where not exists (select 1 from chats c where c.partner_id = x.partner_id and c.id = x.chat_id)

-- name: messages_without_chat
select count(*) from messages x
where not exists (select 1 from chats c where c.partner_id = x.partner_id and c.id = x.chat_id)

-- name: opt_outs_without_chat
select count(*) from opt_outs x
where not exists (select 1 from chats c where c.partner_id = x.partner_id and c.id = x.chat_id)

-- name: waiting_without_lane
select count(*) from outbox o
where o.state = 'waiting' and not exists (
    select 1 from lanes l
    where l.partner_id = o.partner_id and l.destination = o.destination and l.lane = o.lane
)

-- name: lanes_without_head
-- The head is what waits first: neither gone already, nor behind something else.
select count(*) from lanes l
where not exists (
    select 1 from outbox o
    where o.partner_id = l.partner_id and o.destination = l.destination and o.number = l.head
      and o.lane = l.lane and o.state = 'waiting'
) or exists (
    select 1 from outbox o
    where o.partner_id = l.partner_id and o.destination = l.destination and o.lane = l.lane and o.state = 'waiting'
      and o.number < l.head
)

-- name: lanes_without_queue
select count(*) from lanes l
where not exists (
    select 1 from queues q
    where q.partner_id = l.partner_id and q.destination = l.destination and q.due_at is not null
)
