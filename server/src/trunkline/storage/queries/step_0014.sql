-- Migration 0014: what was deleted before it is forgotten now. These queries read every partner.

-- name: events_after
select partner_id, sequence, type, body from events
where (partner_id, sequence) > (:partner, :sequence)
order by partner_id, sequence
limit :limit

-- name: save_message_of_event
update events set message_id = :message where partner_id = :partner and sequence = :sequence

-- name: message_exists
select 1 from messages where partner_id = :partner and id = :message

-- name: forget_responses
update idempotency_records set body = :nothing
where not exists (
    select 1 from messages m
    where m.partner_id = idempotency_records.partner_id and m.id = idempotency_records.message_id
)
