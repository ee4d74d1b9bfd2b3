-- Whom a partner may write to: who opted out, and whom the partner blocked.

-- name: objections
select
    (select count(*) from blocked_handles where partner_id = :partner and handle = :handle) as blocked,
    (select count(*) from opt_outs where partner_id = :partner and handle = :handle) as opted_out

-- name: opt_outs
select chat_id from opt_outs where partner_id = :partner and handle = :handle

-- name: opt_out
insert into opt_outs (partner_id, handle, chat_id, opted_out_at) values (:partner, :handle, :chat, :now)
on conflict (partner_id, handle, chat_id) do nothing

-- name: clear_opt_outs
delete from opt_outs where partner_id = :partner and handle = :handle

-- name: blocked
select handle, reason, blocked_at from blocked_handles where partner_id = :partner and handle = :handle

-- name: all_blocked
select handle, reason, blocked_at from blocked_handles where partner_id = :partner order by blocked_at desc, handle

-- name: block
insert into blocked_handles (partner_id, handle, reason, blocked_at) values (:partner, :handle, :reason, :now)
on conflict (partner_id, handle) do nothing

-- name: unblock
delete from blocked_handles where partner_id = :partner and handle = :handle
