-- A change of one partner locks the partner's state first, so that changes commit in the order of their revisions.

-- name: lock_partner
update partner_states set clock = case when clock > :now then clock else :now end
where partner_id = :partner and is_removed = 0
returning revision, clock, forgotten_at, removed_lines

-- name: write_partner
update partner_states set revision = :revision, clock = :clock, forgotten_at = :forgotten_at
where partner_id = :partner
