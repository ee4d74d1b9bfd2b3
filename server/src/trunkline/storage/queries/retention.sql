-- Each query looks only at the oldest rows of a partner, at most `limit` of them.

-- name: sort_key_history
delete from sort_key_history
where partner_id = :partner and replaced_by in (
    select oldest.replaced_by
    from (
        select replaced_by, replaced_at from sort_key_history
        where partner_id = :partner order by replaced_by limit :limit
    ) as oldest
    where oldest.replaced_at < :horizon
)
returning replaced_by

-- name: forget_history
update partners set history_start = :replaced_by where id = :partner and history_start < :replaced_by

-- name: idempotency_records
delete from idempotency_records
where partner_id = :partner and key in (
    select oldest.key
    from (
        select key, created_at from idempotency_records where partner_id = :partner order by created_at limit :limit
    ) as oldest
    where oldest.created_at < :horizon
)

-- name: events
delete from events
where partner_id = :partner and created_at < :horizon and sequence in (
    select oldest.sequence
    from (
        select sequence from events where partner_id = :partner order by sequence limit :limit
    ) as oldest
)

-- name: entries
-- Pending entries are never deleted; while one is among the oldest, neither are those behind it.
delete from outbox
where partner_id = :partner and state <> 'waiting' and updated_at < :horizon and sequence in (
    select oldest.sequence
    from (
        select distinct sequence from outbox where partner_id = :partner order by sequence limit :limit
    ) as oldest
)
