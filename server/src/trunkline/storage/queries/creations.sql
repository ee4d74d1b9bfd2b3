-- The sort keys of the list of chats by creation (storage/creations.py).

-- name: add
insert into chat_creations (partner_id, chat_id, created_at, revision)
select s.partner_id, cast(:id as text), cast(:created_at as bigint), cast(:revision as bigint)
from partner_states s
where s.partner_id = :partner and not exists (
    select 1 from (
        select created_at from chat_creations
        where partner_id = :partner and chat_id = :id
        order by revision desc
        limit 1
    ) latest
    where latest.created_at = :created_at
)
