-- name: chats_after
select partner_id, id, revision, document from chats
where (partner_id, id) > (:partner, :id)
order by partner_id, id
limit :limit

-- name: set_health
update chats set health = :health where partner_id = :partner and id = :id
