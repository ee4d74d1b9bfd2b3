-- Who has opted out, and in which direct chats they said so.

-- name: send_restrictions
select
    (select count(*) from blocked_handles where partner_id = :partner and handle = :handle) as blocked,
    (select count(*) from opt_outs where partner_id = :partner and handle = :handle) as opted_out

-- name: chats_opted_out
select chat_id from opt_outs where partner_id = :partner and handle = :handle

-- name: opted_out_at
select opted_out_at from opt_outs where partner_id = :partner and handle = :handle and chat_id = :chat

-- name: add
insert into opt_outs (partner_id, handle, chat_id, opted_out_at) values (:partner, :handle, :chat, :at)
on conflict (partner_id, handle, chat_id) do nothing

-- name: set
insert into opt_outs (partner_id, handle, chat_id, opted_out_at) values (:partner, :handle, :chat, :at)
on conflict (partner_id, handle, chat_id) do update set opted_out_at = excluded.opted_out_at

-- name: lift
delete from opt_outs where partner_id = :partner and handle = :handle and chat_id = :chat

-- name: lift_everywhere
delete from opt_outs where partner_id = :partner and handle = :handle

-- name: lift_before
delete from opt_outs where partner_id = :partner and handle = :handle and opted_out_at < :at
returning chat_id
