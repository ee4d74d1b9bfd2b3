-- What an import has to know of the messages that are there: those it brings again, and who said what last.

-- name: last_received
select document, thread, idempotency_key, edits, position from messages
where partner_id = :partner and chat_id = :chat and from_me = 0
order by created_at desc, position desc
limit 1

-- name: sent_since
select created_at, delivery_status from messages
where partner_id = :partner and chat_id = :chat and (created_at, position) > (:beyond_created_at, :beyond_position)
  and from_me = 1
order by created_at, position

-- name: received_since
select document, thread, idempotency_key, edits, created_at, position from messages
where partner_id = :partner and chat_id = :chat and (created_at, position) > (:beyond_created_at, :beyond_position)
  and from_me = 0
order by created_at, position
limit :limit

-- name: chats_changed_since
select chat_id from participants
where partner_id = :partner and handle = :handle and updated_at > :since
order by updated_at desc, position desc

-- name: opted_out
select opted_out_at from opt_outs where partner_id = :partner and handle = :handle and chat_id = :chat

-- name: opt_out
insert into opt_outs (partner_id, handle, chat_id, opted_out_at) values (:partner, :handle, :chat, :at)
on conflict (partner_id, handle, chat_id) do update set opted_out_at = excluded.opted_out_at

-- name: lift_opt_out
delete from opt_outs where partner_id = :partner and handle = :handle and chat_id = :chat

-- name: lift_opt_outs
delete from opt_outs where partner_id = :partner and handle = :handle and opted_out_at < :at
returning chat_id
