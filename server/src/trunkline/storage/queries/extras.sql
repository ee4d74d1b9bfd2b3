-- name: extras
-- What `include` shows of chats, with their documents, so that both are of one moment. The ids come as one text, so
-- many characters each; the rows come in any order. `left join` keeps every planner to this order.
with recursive asked (id, others) as (
    select substr(cast(:ids as text), 1, 36), substr(cast(:ids as text), 37)
    union all
    select substr(others, 1, 36), substr(others, 37) from asked where others <> ''
)
select asked.id, c.document, c.message_count, c.unread_count,
    (
        select m.document from messages m
        where m.partner_id = :partner and m.chat_id = asked.id
        order by m.created_at desc, m.position desc
        limit 1
    ) as last_message
from asked left join chats c on c.partner_id = :partner and c.id = asked.id
