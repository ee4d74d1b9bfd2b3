-- Changes of one partner lock the partner's row first, so that they commit in the order of their revisions.

-- name: lock_partner
update partners set clock = case when clock > :now then clock else :now end
where id = :partner and removed_at is null
returning revision, clock

-- name: write_partner
update partners set revision = :revision, clock = :clock where id = :partner
