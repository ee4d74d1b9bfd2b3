-- One chat of a partner, by its id or by the people in it.

-- name: chat
select document, name, message_count, unread_count from chats where partner_id = :partner and id = :id

-- name: chat_document
select document from chats where partner_id = :partner and id = :id

-- name: chats_with_recipients
select document, name, message_count, unread_count from chats
where partner_id = :partner and recipients_key = :recipients_key
order by revision desc

-- name: latest_chats_of_line
select document, updated_at from chats
where partner_id = :partner and line = :line
order by updated_at desc, revision desc
limit :limit
