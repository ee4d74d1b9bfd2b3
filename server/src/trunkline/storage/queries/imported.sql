-- What an import reads of the messages that are stored already.

-- name: last_received
select document, thread, idempotency_key, edits, poll, is_voice_memo, revision from messages
where partner_id = :partner and chat_id = :chat and from_me = 0
order by created_at desc, revision desc
limit 1

-- name: sent_since
select created_at, delivery_status from messages
where partner_id = :partner and chat_id = :chat and (created_at, revision) > (:after_created_at, :after_revision)
  and from_me = 1
order by created_at, revision

-- name: received_since
select document, thread, idempotency_key, edits, poll, is_voice_memo, created_at, revision from messages
where partner_id = :partner and chat_id = :chat and (created_at, revision) > (:after_created_at, :after_revision)
  and from_me = 0
order by created_at, revision
limit :limit

-- name: chats_updated_since
select chat_id from (
    select x.chat_id, c.updated_at, c.revision
    from participants x cross join chats c
    where x.partner_id = :partner and x.handle = :handle and x.revision is null
      and c.partner_id = :partner and c.id = x.chat_id and c.updated_at + 0 > :since
    union all
    select chat_id, updated_at, revision from participants
    where partner_id = :partner and handle = :handle and updated_at > :since and revision is not null
) x
order by updated_at desc, revision desc
