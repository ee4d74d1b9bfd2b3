-- name: blocked
select handle, reason, blocked_at from blocked_handles where partner_id = :partner and handle = :handle

-- name: all_blocked
select handle, reason, blocked_at from blocked_handles where partner_id = :partner order by blocked_at desc, handle

-- name: count_blocked
select count(*) from blocked_handles where partner_id = :partner

-- name: block
insert into blocked_handles (partner_id, handle, reason, blocked_at) values (:partner, :handle, :reason, :now)
on conflict (partner_id, handle) do nothing

-- name: unblock
delete from blocked_handles where partner_id = :partner and handle = :handle
