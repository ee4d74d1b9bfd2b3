-- name: document
select document from chats where partner_id = :partner and id = :id
