-- Migration 0014: what was deleted before it is forgotten now. These queries read every partner.

-- name: events_after
select partner_id, sequence, type, body from events
where (partner_id, sequence) > (:partner, :sequence)
order by partner_id, sequence
limit :limit

-- name: save_message_of_event
update events set message_id = :message where partner_id = :partner and sequence = :sequence

-- name: events_of_deleted_after
select partner_id, sequence, body from events
where (partner_id, sequence) > (:partner, :sequence) and message_id is not null
  and not exists (
    select 1 from messages m where m.partner_id = events.partner_id and m.id = events.message_id
  )
order by partner_id, sequence
limit :limit

-- name: save_body
update events set body = :body where partner_id = :partner and sequence = :sequence

-- name: forget_responses
update idempotency_records set body = :nothing
where not exists (
    select 1 from messages m
    where m.partner_id = idempotency_records.partner_id and m.id = idempotency_records.message_id
)
