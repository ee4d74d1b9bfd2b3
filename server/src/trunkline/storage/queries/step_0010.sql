-- name: groups_after
-- The groups of every partner, for a migration. The key of a direct chat ends with a handle, that of a group with a
-- digest.
select partner_id, id, recipients_key, name, document from chats
where (partner_id, id) > (:partner, :id) and recipients_key not like '%@%' and recipients_key not like '% +%'
order by partner_id, id
limit :limit

-- name: rewrite
update chats set recipients_key = :recipients_key, document = :document where partner_id = :partner and id = :id

-- name: delete_participant
delete from participants where partner_id = :partner and chat_id = :id and handle = :handle
