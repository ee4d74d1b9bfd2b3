-- Entries of one ordering key leave in order; the ordering keys of one destination are its queue. Everything here is
-- written while the partner's row is locked (change.sql), except the claim, which is a single statement.
--
-- A time that is further ahead than anything waits was written before the clock was set back. What has such a time is
-- due, and a claim until such a time has expired (docs/decisions/0027).

-- name: add_entry
insert into outbox (partner_id, destination, sequence, ordering_key, kind, entity_id, state, attempts, outcome, updated_at)
values (:partner, :destination, :sequence, :ordering_key, :kind, :entity_id, 'waiting', 0, null, :now)

-- name: add_ordering_key
insert into ordering_keys (partner_id, destination, ordering_key, head, attempts, due_at)
values (:partner, :destination, :ordering_key, :sequence, 0, :now)
on conflict (partner_id, destination, ordering_key) do nothing

-- name: add_queue
-- A new entry behind one that waits for its next attempt does not make the queue due, nor does one of a paused queue.
insert into queues (partner_id, destination, due_at, claimed_until) values (:partner, :destination, :now, 0)
on conflict (partner_id, destination) do update set
    due_at = (
        select min(k.due_at) from ordering_keys k where k.partner_id = :partner and k.destination = :destination
    )
where (queues.due_at is null or queues.due_at > :now) and queues.paused_until <= :now

-- name: due_carrier_queues
-- Of every partner: a worker serves all of them.
select partner_id, destination from (
    select partner_id, destination from queues
    where destination = 'carrier' and due_at <= :now and (claimed_until <= :now or claimed_until > :latest_claim)
    order by due_at
    limit :limit
) as due
union all
select partner_id, destination from (
    select partner_id, destination from queues
    where destination = 'carrier' and due_at > :latest_due and (claimed_until <= :now or claimed_until > :latest_claim)
    order by due_at
    limit :limit
) as too_far_ahead

-- name: due_webhook_queues
-- Those of some partners, such as ',1,23,', are left out.
select partner_id, destination from (
    select partner_id, destination from queues
    where destination <> 'carrier' and due_at <= :now and (claimed_until <= :now or claimed_until > :latest_claim)
      and :full not like '%,' || partner_id || ',%'
    order by due_at
    limit :limit
) as due
union all
select partner_id, destination from (
    select partner_id, destination from queues
    where destination <> 'carrier' and due_at > :latest_due and (claimed_until <= :now or claimed_until > :latest_claim)
      and :full not like '%,' || partner_id || ',%'
    order by due_at
    limit :limit
) as too_far_ahead

-- name: partners_behind
-- Partners with a queue in which an attempt has been due since before :before and more than :most entries wait. A queue
-- whose last attempts all failed does not count.
select q.partner_id from queues q
where q.due_at < :before and q.is_failing = 0 and q.destination = 'carrier' and exists (
    select 1 from outbox o
    where o.partner_id = q.partner_id and o.destination = q.destination and o.state = 'waiting'
    limit 1 offset :most
)
union all
select q.partner_id from queues q
where q.due_at < :before and q.is_failing = 0 and q.destination <> 'carrier' and exists (
    select 1 from outbox o
    where o.partner_id = q.partner_id and o.destination = q.destination and o.state = 'waiting'
    limit 1 offset :most
)

-- name: overdue
-- Since when the queues have been due that have been so for the longest time: those of the carrier (1), and others.
select 1, due_at from (
    select due_at from queues where destination = 'carrier' and due_at <= :now order by due_at limit :limit
) as carrier
union all
select 0, due_at from (
    select due_at from queues where destination <> 'carrier' and due_at <= :now order by due_at limit :limit
) as webhooks

-- name: next_due_anywhere
select
    (select min(due_at) from queues where destination = 'carrier'),
    (select min(due_at) from queues where destination <> 'carrier')

-- name: claim
update queues set claimed_until = :until
where partner_id = :partner and destination = :destination
  and (due_at <= :now or due_at > :latest_due) and (claimed_until <= :now or claimed_until > :latest_claim)
returning silent_rounds

-- name: reserve
insert into queues (partner_id, destination, due_at, claimed_until) values (:partner, :destination, null, :until)

-- name: renew
update queues set claimed_until = :next
where partner_id = :partner and destination = :destination and claimed_until = :until
returning destination

-- name: queues
select destination, claimed_until, paused_until from queues where partner_id = :partner

-- name: due_entries
-- Subqueries look each entry up by key. PostgreSQL would not do so in a join until it has statistics.
select
    k.head, k.ordering_key,
    (select o.kind from outbox o
     where o.partner_id = :partner and o.sequence = k.head and o.destination = :destination),
    (select o.entity_id from outbox o
     where o.partner_id = :partner and o.sequence = k.head and o.destination = :destination),
    k.attempts
from (
    select * from (
        select head, ordering_key, attempts from ordering_keys
        where partner_id = :partner and destination = :destination and due_at <= :now
        order by due_at
        limit :limit
    ) as due
    union all
    select * from (
        select head, ordering_key, attempts from ordering_keys
        where partner_id = :partner and destination = :destination and due_at > :latest_due
        order by due_at
        limit :limit
    ) as too_far_ahead
) as k
limit :limit

-- name: finish
-- If a worker outlives its claim, another worker has finished the entry and advanced the ordering key.
update outbox set state = :state, attempts = :attempts, outcome = :outcome, updated_at = :now
where partner_id = :partner and sequence = :sequence and destination = :destination and state = 'waiting'

-- name: delete_entry
delete from outbox where partner_id = :partner and sequence = :sequence and destination = :destination

-- name: retry
update ordering_keys set attempts = :attempts, due_at = :due_at
where partner_id = :partner and destination = :destination and ordering_key = :ordering_key and head = :sequence

-- name: advance
-- The next entry is due since it was added, or since the former head was, whichever is later. So the due time says how
-- long the ordering key has been waiting for the service.
update ordering_keys set
    head = (
        select min(o.sequence) from outbox o
        where o.partner_id = :partner and o.destination = :destination and o.ordering_key = :ordering_key and o.state = 'waiting'
    ),
    attempts = 0,
    due_at = coalesce(
        (
            select case when o.updated_at > ordering_keys.due_at then o.updated_at else ordering_keys.due_at end
            from outbox o
            where o.partner_id = :partner and o.destination = :destination and o.ordering_key = :ordering_key and o.state = 'waiting'
            order by o.sequence
            limit 1
        ),
        due_at
    )
where partner_id = :partner and destination = :destination and ordering_key = :ordering_key and head = :sequence

-- name: delete_ordering_key
delete from ordering_keys where partner_id = :partner and destination = :destination and ordering_key = :ordering_key and head is null

-- name: next_due
-- The earliest and the latest.
select
    (select min(due_at) from ordering_keys where partner_id = :partner and destination = :destination),
    (select max(due_at) from ordering_keys where partner_id = :partner and destination = :destination)

-- name: update_queue
update queues set
    due_at = :due_at, silent_rounds = :silent_rounds, paused_until = :paused_until,
    is_failing = coalesce(cast(:is_failing as bigint), is_failing),
    claimed_until = case when claimed_until = :until then :held_until else claimed_until end
where partner_id = :partner and destination = :destination

-- name: resume
update queues set
    due_at = (
        select min(k.due_at) from ordering_keys k where k.partner_id = :partner and k.destination = :destination
    ),
    silent_rounds = 0, paused_until = 0
where partner_id = :partner and destination = :destination and paused_until > 0

-- name: abandon_entries
update outbox set state = 'failed', outcome = :outcome, updated_at = :now
where partner_id = :partner and destination = :destination and state = 'waiting'

-- name: abandon_ordering_keys
delete from ordering_keys where partner_id = :partner and destination = :destination

-- name: abandon_queue
delete from queues where partner_id = :partner and destination = :destination

-- name: count_pending
select count(*) from outbox where partner_id = :partner and destination = :destination and state = 'waiting'
