-- Each of these looks at the oldest of a partner's rows only, as many of their numbers as it is told.

-- name: moves
delete from moves
where partner_id = :partner and moved_to in (
    select oldest.moved_to
    from (
        select moved_to, moved_at from moves where partner_id = :partner order by moved_to limit :limit
    ) as oldest
    where oldest.moved_at < :horizon
)

-- name: answers
delete from answers
where partner_id = :partner and key in (
    select oldest.key
    from (
        select key, created_at from answers where partner_id = :partner order by created_at limit :limit
    ) as oldest
    where oldest.created_at < :horizon
)

-- name: events
delete from events
where partner_id = :partner and created_at < :horizon and number in (
    select oldest.number
    from (
        select number from events where partner_id = :partner order by number limit :limit
    ) as oldest
)

-- name: items
-- What still waits is never forgotten, nor what is behind it while it is among the oldest.
delete from outbox
where partner_id = :partner and state <> 'waiting' and updated_at < :horizon and number in (
    select oldest.number
    from (
        select distinct number from outbox where partner_id = :partner order by number limit :limit
    ) as oldest
)
