-- Entries of one ordering key leave in order: the first one has a time at which it is due, the others have none. The
-- entries of one destination are its queue. Everything here is written while the partner's row is locked (change.sql),
-- except the claim, which is a single statement.
--
-- A time that is further ahead than anything waits was written before the clock was set back. What has such a time is
-- due, and a claim until such a time has expired (docs/decisions/0027).

-- name: add_queue
-- Before the entries. An entry behind one that waits for its next attempt does not make the queue due, nor does one of a
-- paused queue. A queue that is due is not written. Without an ordering key, any entry makes the queue due.
insert into queues (partner_id, destination, due_at, claimed_until)
select cast(:partner as bigint), cast(:destination as text), cast(:now as bigint), 0
where not exists (
    select 1 from queues q
    where q.partner_id = :partner and q.destination = :destination and (q.due_at <= :now or q.paused_until > :now)
) and not exists (
    select 1 from outbox o
    where o.partner_id = :partner and o.destination = :destination and o.ordering_key = :ordering_key and o.state = 'waiting'
)
on conflict (partner_id, destination) do update set due_at = excluded.due_at

-- name: add_entry
-- The first pending entry of an ordering key is due. Of several that are added together, the first can be.
insert into outbox (
    partner_id, destination, sequence, ordering_key, kind, entity_id, state, attempts, outcome, updated_at, due_at
)
select
    cast(:partner as bigint), cast(:destination as text), cast(:sequence as bigint), cast(:ordering_key as text),
    cast(:kind as text), cast(:entity_id as text), 'waiting', 0, null, cast(:now as bigint),
    case when cast(:is_first as bigint) = 1 and not exists (
        select 1 from outbox o
        where o.partner_id = :partner and o.destination = :destination and o.ordering_key = :ordering_key and o.state = 'waiting'
    ) then cast(:now as bigint) end

-- name: due_queues
-- Of every partner: a worker serves all of them. Those of the carrier come first. Webhooks of some partners, such as
-- ',1,23,', are left out.
select partner_id, destination from (
    select partner_id, destination from queues
    where destination = 'carrier' and due_at <= :now and (claimed_until <= :now or claimed_until > :latest_claim)
    order by due_at
    limit :carriers
) as due_carriers
union all
select partner_id, destination from (
    select partner_id, destination from queues
    where destination = 'carrier' and due_at > :latest_due and (claimed_until <= :now or claimed_until > :latest_claim)
    order by due_at
    limit :carriers
) as too_far_ahead_carriers
union all
select partner_id, destination from (
    select partner_id, destination from queues
    where destination <> 'carrier' and due_at <= :now and (claimed_until <= :now or claimed_until > :latest_claim)
      and :full not like '%,' || partner_id || ',%'
    order by due_at
    limit :webhooks
) as due_webhooks
union all
select partner_id, destination from (
    select partner_id, destination from queues
    where destination <> 'carrier' and due_at > :latest_due and (claimed_until <= :now or claimed_until > :latest_claim)
      and :full not like '%,' || partner_id || ',%'
    order by due_at
    limit :webhooks
) as too_far_ahead_webhooks

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
-- With each, how many entries of the queue wait, due or not, up to one more than the limit.
select sequence, ordering_key, kind, entity_id, attempts, due_at, (
    select count(*) from (
        select 1 from outbox o
        where o.partner_id = :partner and o.destination = :destination and o.state = 'waiting'
        limit :limit + 1
    ) as waiting
) as number_waiting
from (
    select * from (
        select sequence, ordering_key, kind, entity_id, attempts, due_at from outbox
        where partner_id = :partner and destination = :destination and due_at <= :now
        order by due_at
        limit :limit
    ) as due
    union all
    select * from (
        select sequence, ordering_key, kind, entity_id, attempts, due_at from outbox
        where partner_id = :partner and destination = :destination and due_at > :latest_due
        order by due_at
        limit :limit
    ) as too_far_ahead
) as first
limit :limit

-- name: advance
-- Before its former first entry is finished: the next entry of an ordering key is due since it was added, or since the
-- former one was, whichever is later. So the due time says how long the ordering key has been waiting for the service.
-- If a worker outlives its claim, another worker has finished the entry and advanced the ordering key.
update outbox set due_at = case when updated_at > :due_at then updated_at else :due_at end
where partner_id = :partner and destination = :destination and sequence = (
    select min(o.sequence) from outbox o
    where o.partner_id = :partner and o.destination = :destination and o.ordering_key = :ordering_key and o.state = 'waiting'
      and o.sequence <> :sequence
) and exists (
    select 1 from outbox o
    where o.partner_id = :partner and o.destination = :destination and o.sequence = :sequence and o.due_at is not null
)

-- name: finish
update outbox set
    state = :state, attempts = :attempts, outcome = :outcome, updated_at = :now, due_at = null,
    attempt_log = coalesce(attempt_log || cast(:attempt as text), attempt_log, cast(:attempt as text))
where partner_id = :partner and sequence = :sequence and destination = :destination and state = 'waiting'

-- name: delete_entry
delete from outbox where partner_id = :partner and sequence = :sequence and destination = :destination

-- name: retry
update outbox set
    attempts = :attempts, outcome = :outcome, updated_at = :now, due_at = :due_at,
    attempt_log = coalesce(attempt_log || cast(:attempt as text), attempt_log, cast(:attempt as text))
where partner_id = :partner and sequence = :sequence and destination = :destination and state = 'waiting'

-- name: next_due
-- The earliest and the latest. That they are not null is said for SQLite: after `analyze`, it would read the table.
select
    (
        select min(due_at) from outbox
        where partner_id = :partner and destination = :destination and due_at is not null
    ),
    (
        select max(due_at) from outbox
        where partner_id = :partner and destination = :destination and due_at is not null
    )

-- name: update_queue
update queues set
    due_at = :due_at, silent_rounds = :silent_rounds, paused_until = :paused_until,
    is_failing = coalesce(cast(:is_failing as bigint), is_failing),
    claimed_until = case when claimed_until = :until then :held_until else claimed_until end
where partner_id = :partner and destination = :destination

-- name: resume
update queues set
    due_at = (
        select min(o.due_at) from outbox o
        where o.partner_id = :partner and o.destination = :destination and o.due_at is not null
    ),
    silent_rounds = 0, paused_until = 0
where partner_id = :partner and destination = :destination and paused_until > 0

-- name: abandon_entries
update outbox set state = 'failed', outcome = :outcome, updated_at = :now, due_at = null
where partner_id = :partner and destination = :destination and state = 'waiting'

-- name: abandon_queue
delete from queues where partner_id = :partner and destination = :destination

-- name: count_pending
select count(*) from outbox where partner_id = :partner and destination = :destination and state = 'waiting'
