-- What is to leave the service: items wait in lanes, which keep their order; the lanes of a destination are its queue.
-- All of it is written while the partner's row is locked (changes.sql), except the claim, which is one statement.

-- name: put
insert into outbox (partner_id, destination, number, lane, kind, subject, state, attempts, outcome, updated_at)
values (:partner, :destination, :number, :lane, :kind, :subject, 'waiting', 0, null, :now)

-- name: put_lane
insert into lanes (partner_id, destination, lane, head, attempts, due_at)
values (:partner, :destination, :lane, :number, 0, :now)
on conflict (partner_id, destination, lane) do nothing

-- name: put_queue
-- What is new in a lane that waits for its next attempt does not make the queue due.
insert into queues (partner_id, destination, due_at, claimed_until) values (:partner, :destination, :now, 0)
on conflict (partner_id, destination) do update set
    due_at = (
        select min(l.due_at) from lanes l where l.partner_id = :partner and l.destination = :destination
    )
where queues.due_at is null or queues.due_at > :now

-- name: put_event
insert into events (partner_id, number, id, type, chat_id, line, created_at, body)
values (:partner, :number, :id, :type, :chat_id, :line, :now, :body)

-- name: subscriptions
select id, events, phone_numbers from subscriptions where partner_id = :partner and is_active = 1

-- name: due_queues
-- Of every partner: the worker serves them all.
select partner_id, destination from queues
where due_at <= :now and claimed_until <= :now
order by due_at
limit :limit

-- name: coming
select min(due_at) from queues

-- name: claim
update queues set claimed_until = :until
where partner_id = :partner and destination = :destination and due_at <= :now and claimed_until <= :now
returning destination

-- name: reserve
insert into queues (partner_id, destination, due_at, claimed_until) values (:partner, :destination, null, :until)

-- name: renew
update queues set claimed_until = :next
where partner_id = :partner and destination = :destination and claimed_until = :until
returning destination

-- name: claims
select destination, claimed_until from queues where partner_id = :partner

-- name: due_items
-- Each item is looked up by its key, which PostgreSQL does not do in a join as long as it knows nothing of the tables.
select
    l.head, l.lane,
    (select o.kind from outbox o
     where o.partner_id = :partner and o.number = l.head and o.destination = :destination),
    (select o.subject from outbox o
     where o.partner_id = :partner and o.number = l.head and o.destination = :destination),
    l.attempts
from lanes l
where l.partner_id = :partner and l.destination = :destination and l.due_at <= :now
order by l.due_at
limit :limit

-- name: finish
-- A worker that overstayed its claim finds the item finished by another, and its lane moved on.
update outbox set state = :state, attempts = :attempts, outcome = :outcome, updated_at = :now
where partner_id = :partner and number = :number and destination = :destination and state = 'waiting'

-- name: forget
delete from outbox where partner_id = :partner and number = :number and destination = :destination

-- name: retry
update lanes set attempts = :attempts, due_at = :due_at
where partner_id = :partner and destination = :destination and lane = :lane and head = :number

-- name: advance
update lanes set
    head = (
        select min(o.number) from outbox o
        where o.partner_id = :partner and o.destination = :destination and o.lane = :lane and o.state = 'waiting'
    ),
    attempts = 0, due_at = :now
where partner_id = :partner and destination = :destination and lane = :lane and head = :number

-- name: drop_lane
delete from lanes where partner_id = :partner and destination = :destination and lane = :lane and head is null

-- name: next_due
select min(due_at) from lanes where partner_id = :partner and destination = :destination

-- name: settle
update queues set
    due_at = :due_at,
    claimed_until = case when claimed_until = :until then :held_until else claimed_until end
where partner_id = :partner and destination = :destination

-- name: abandon_items
update outbox set state = 'failed', outcome = :outcome, updated_at = :now
where partner_id = :partner and destination = :destination and state = 'waiting'

-- name: abandon_lanes
delete from lanes where partner_id = :partner and destination = :destination

-- name: abandon_queue
delete from queues where partner_id = :partner and destination = :destination

-- name: event
select number, id, type, chat_id, created_at from events where partner_id = :partner and id = :id

-- name: event_by_number
select number, id, type, chat_id, created_at from events where partner_id = :partner and number = :number

-- name: recipients
select destination from outbox where partner_id = :partner and number = :number

-- name: deliveries
-- The latest first; the carrier's commands are among them only while they wait, or when they failed.
select number, destination, kind, subject, state, attempts, outcome, updated_at
from outbox
where partner_id = :partner and destination <> 'carrier'
  and (:destination = '' or destination = :destination) and (:state = '' or state = :state)
order by number desc
limit :limit
