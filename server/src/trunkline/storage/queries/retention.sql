-- Each query of one partner looks only at the oldest rows of a partner, at most `limit` of them.

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
update partner_states set history_start = :replaced_by where partner_id = :partner and history_start < :replaced_by

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

-- name: partners_with_expired
-- Those whose oldest row of some kind has expired.
select s.partner_id from partner_states s
where s.is_removed = 0 and (
    (
        select h.replaced_at from sort_key_history h
        where h.partner_id = s.partner_id order by h.replaced_by limit 1
    ) < :sort_key_history
    or (
        select r.created_at from idempotency_records r
        where r.partner_id = s.partner_id order by r.created_at limit 1
    ) < :idempotency_records
    or (select e.created_at from events e where e.partner_id = s.partner_id order by e.sequence limit 1) < :events
    or (
        select case when o.state <> 'waiting' then o.updated_at end from outbox o
        where o.partner_id = s.partner_id order by o.sequence limit 1
    ) < :entries
    or (
        select s.shared_at from contact_card_shares s
        where s.partner_id = s.partner_id order by s.shared_at limit 1
    ) < :contact_card_shares
    or (select r.answered_at from requests r where r.partner_id = s.partner_id order by r.answered_at limit 1) < :requests
)
order by s.partner_id
limit :limit

-- name: contact_card_shares
delete from contact_card_shares
where partner_id = :partner and id in (
    select oldest.id
    from (
        select id, shared_at from contact_card_shares where partner_id = :partner order by shared_at limit :limit
    ) as oldest
    where oldest.shared_at < :horizon
)

-- name: requests
delete from requests
where partner_id = :partner and answered_at in (
    select oldest.answered_at
    from (
        select answered_at from requests where partner_id = :partner order by answered_at limit :limit
    ) as oldest
    where oldest.answered_at < :horizon
)
