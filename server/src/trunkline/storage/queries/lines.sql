-- name: latest_chats
select document from chats
where partner_id = :partner and line = :line
order by updated_at desc, position desc
limit :limit
