-- name: add_event
-- A row for each version that a subscriber has, with the same id.
insert into events (partner_id, sequence, id, version, type, chat_id, line, message_id, created_at, body)
values (:partner, :sequence, :id, :version, :type, :chat_id, :line, :message_id, :now, :body)

-- name: subscriptions
select id, events, phone_numbers, version from subscriptions where partner_id = :partner and is_active = 1

-- name: event_by_id
-- Its rows, one for each version, the latest first.
select sequence, id, version, type, chat_id, created_at from events
where partner_id = :partner and id = :id
order by version desc

-- name: events_of_message
select sequence, body from events where partner_id = :partner and message_id = :message

-- name: save_event_body
update events set body = :body where partner_id = :partner and sequence = :sequence

-- name: subscriptions_of_event
select destination from outbox where partner_id = :partner and sequence = :sequence
