-- name: includes
-- The optional fields of chats, with their documents, so that both are from one moment. The ids are one text of 36
-- characters each; the rows come in any order. `left join` fixes the join order for both planners.
-- The length of a document is known without reading it.
with recursive requested (id, rest) as (
    select substr(cast(:ids as text), 1, 36), substr(cast(:ids as text), 37)
    union all
    select substr(rest, 1, 36), substr(rest, 37) from requested where rest <> ''
)
select requested.id, c.document, c.message_count, c.unread_count,
    (
        select case when length(m.document) <= :small then m.document end from messages m
        where m.partner_id = :partner and m.chat_id = requested.id
        order by m.created_at desc, m.revision desc
        limit 1
    ) as last_message
from requested left join chats c on c.partner_id = :partner and c.id = requested.id

-- name: last_message
select document from messages
where partner_id = :partner and chat_id = :chat
order by created_at desc, revision desc
limit 1
