-- name: record
select fingerprint, message_id, body from idempotency_records
where partner_id = :partner and key = :key and created_at > :horizon

-- name: save_record
insert into idempotency_records (partner_id, key, fingerprint, message_id, body, created_at)
values (:partner, :key, :fingerprint, :message_id, :body, :now)
on conflict (partner_id, key) do update set
    fingerprint = excluded.fingerprint, message_id = excluded.message_id, body = excluded.body,
    created_at = excluded.created_at

-- name: forget
update idempotency_records set body = :nothing
where partner_id = :partner and key = :key and message_id = :message
