-- Deliveries for those who look at them: the latest first, a page from a window of rows, so that a filter that few match
-- reads no more. Those with the sequence :sequence are skipped up to :last_skipped, a destination, unless it is empty.

-- name: last_skipped
select destination from outbox
where partner_id = :partner and sequence = :sequence and destination <> 'carrier'
order by destination desc
limit 1 offset :offset

-- name: skip
-- Whatever the filters: the states of those that were on a page may have changed before the next one.
select count(*) from outbox
where partner_id = :partner and sequence = :sequence and destination <> 'carrier' and destination >= :destination

-- name: window_end
select sequence from outbox
where partner_id = :partner and sequence <= :sequence
order by sequence desc
limit 1 offset :scan

-- name: page
select sequence, destination, kind, entity_id, state, attempts, outcome, updated_at, due_at, attempt_log from outbox
where partner_id = :partner and sequence <= :sequence and sequence > :end and destination <> 'carrier'
  and (:last_skipped = '' or sequence < :sequence or destination < :last_skipped)
  and (:destination = '' or destination = :destination) and (:state = '' or state = :state)
order by sequence desc, destination desc
limit :limit

-- name: window_end_of_failed
select sequence from outbox
where partner_id = :partner and sequence <= :sequence and state = 'failed'
order by sequence desc
limit 1 offset :scan

-- name: page_of_failed
select sequence, destination, kind, entity_id, state, attempts, outcome, updated_at, due_at, attempt_log from outbox
where partner_id = :partner and sequence <= :sequence and sequence > :end and state = 'failed' and destination <> 'carrier'
  and (:last_skipped = '' or sequence < :sequence or destination < :last_skipped)
  and (:destination = '' or destination = :destination)
order by sequence desc, destination desc
limit :limit

-- name: window_end_of_event
-- Of one version of an event. Only what was sent again can be much, and all of it comes before what was sent first.
select sequence from outbox
where partner_id = :partner and entity_id = :entity_id and sequence <= :sequence and destination <> 'carrier'
  and entity_id <> cast(sequence as text)
order by sequence desc
limit 1 offset :scan

-- name: page_of_event
select * from (
    select sequence, destination, kind, entity_id, state, attempts, outcome, updated_at, due_at, attempt_log from outbox
    where partner_id = :partner and sequence = :event and sequence <= :sequence and sequence > :end
      and destination <> 'carrier'
    union all
    select sequence, destination, kind, entity_id, state, attempts, outcome, updated_at, due_at, attempt_log from outbox
    where partner_id = :partner and entity_id = :entity_id and sequence <= :sequence and sequence > :end
      and destination <> 'carrier' and entity_id <> cast(sequence as text)
) as sent
where (:last_skipped = '' or sequence < :sequence or destination < :last_skipped)
  and (:destination = '' or destination = :destination) and (:state = '' or state = :state)
order by sequence desc, destination desc
limit :limit

-- name: delivery
select sequence, destination, kind, entity_id, state, attempts, outcome, updated_at, due_at, attempt_log from outbox
where partner_id = :partner and sequence = :sequence and destination = :destination and destination <> 'carrier'

-- name: events
-- Without their bodies, which can be large: the beginning has the trace id.
select sequence, id, version, type, chat_id, created_at, substr(body, 1, 400) from events
where partner_id = :partner and sequence in (:a, :b, :c, :d, :e, :f, :g, :h, :i, :j, :k, :l, :m, :n, :o, :p)

-- name: event_body
select body from events where partner_id = :partner and sequence = :sequence

-- name: attempts_of_event
select sequence, destination, attempt_log from outbox
where partner_id = :partner and sequence = :event and attempt_log is not null
union all
select sequence, destination, attempt_log from outbox
where partner_id = :partner and entity_id = :entity_id and destination <> 'carrier'
  and entity_id <> cast(sequence as text) and attempt_log is not null

-- name: save_attempts
update outbox set attempt_log = :attempt_log
where partner_id = :partner and sequence = :sequence and destination = :destination
