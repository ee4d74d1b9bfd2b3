-- Removing what a partner or a line has, in batches.

-- name: holdings
select
    (select count(*) from lines where partner_id = :partner) as lines,
    (select count(*) from keys where partner_id = :partner) as keys,
    (select count(*) from chats where partner_id = :partner) as chats,
    (select cast(coalesce(sum(message_count), 0) as bigint) from chats where partner_id = :partner) as messages,
    (select count(*) from attachments where partner_id = :partner) as files,
    (select count(*) from subscriptions where partner_id = :partner) as subscriptions

-- name: stop_changes
update partner_states set is_removed = 1 where partner_id = :partner

-- name: begin
update partners set removed_at = coalesce(removed_at, :now) where id = :partner

-- name: delete_keys
delete from keys where partner_id = :partner

-- name: delete_lines
delete from lines where partner_id = :partner

-- name: delete_queues
-- Without its queues, no worker serves the partner any longer.
delete from queues where partner_id = :partner

-- name: delete_attachments
delete from attachments where partner_id = :partner and id in (
    select id from attachments where partner_id = :partner order by id limit :limit
)
returning file

-- name: delete_files_now
-- Those of uploads that have not ended.
update files_to_delete set due_at = :now where partner_id = :partner

-- name: delete_state
delete from partner_states where partner_id = :partner

-- name: delete_partner
delete from partners where id = :partner

-- name: begin_line
update lines set removed_at = coalesce(removed_at, :now) where partner_id = :partner and phone_number = :line
returning id

-- name: set_removed_lines
update partner_states set removed_lines = :removed_lines where partner_id = :partner

-- name: holdings_of_line
select count(*), cast(coalesce(sum(message_count), 0) as bigint) from chats where partner_id = :partner and line = :line

-- name: next_chat_of_line
select id from chats where partner_id = :partner and line = :line order by updated_at, revision limit 1

-- name: messages_of_chat
select document, thread, idempotency_key, edits, poll, is_voice_memo from messages
where partner_id = :partner and chat_id = :chat
order by created_at, revision
limit :limit

-- name: keep_opt_outs
-- An opt-out applies to every line, so it outlives the chat.
insert into opt_outs (partner_id, handle, chat_id, opted_out_at)
select partner_id, handle, '', opted_out_at from opt_outs where partner_id = :partner and handle = :handle and chat_id = :chat
on conflict (partner_id, handle, chat_id) do nothing

-- name: delete_opt_outs_of_chat
delete from opt_outs where partner_id = :partner and handle = :handle and chat_id = :chat

-- name: delete_participants_of_chat
delete from participants where partner_id = :partner and chat_id = :chat

-- name: delete_history_of_chat
delete from sort_key_history where partner_id = :partner and chat_id = :chat

-- name: delete_creations_of_chat
delete from chat_creations where partner_id = :partner and chat_id = :chat

-- name: delete_shares_of_chat
delete from contact_card_shares where partner_id = :partner and chat_id = :chat

-- name: delete_tokens_of_chat
delete from routing_tokens where partner_id = :partner and chat_id = :chat

-- name: delete_chat
delete from chats where partner_id = :partner and id = :chat

-- name: next_events
select sequence, line from events
where partner_id = :partner and sequence > :after and sequence <= :last
order by sequence
limit :limit

-- name: delete_event
delete from events where partner_id = :partner and sequence = :sequence

-- name: delete_contact_card
delete from contact_cards where partner_id = :partner and phone_number = :line

-- name: delete_line
delete from lines where partner_id = :partner and phone_number = :line and removed_at is not null
returning id
