-- One chat of a partner, by its id or by the people in it.

-- name: chat
select document, name, message_count, unread_count from chats where partner_id = :partner and id = :id

-- name: chat_document
select document from chats where partner_id = :partner and id = :id

-- name: chat_with_recipients
-- The chat that a message to these people continues. Others with the same people have no key.
select document, name, message_count, unread_count from chats
where partner_id = :partner and recipients_key = :recipients_key
order by revision desc
limit 1

-- name: latest_chats_of_line
select document, updated_at from chats
where partner_id = :partner and line = :line
order by updated_at desc, revision desc
limit :limit
