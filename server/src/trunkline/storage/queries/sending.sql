-- What a send needs to know, in one statement. A row is found whether or not there is a record or a chat.

-- name: in_chat
-- The recipient of a direct chat is the rest of its recipients_key. What health is derived from is one character for
-- each message, the newest first: received, sent or failed.
select
    r.fingerprint, r.message_id, r.body, c.document, c.name, c.message_count, c.unread_count,
    (
        select count(*) from blocked_handles b
        where b.partner_id = :partner and b.handle = substr(c.recipients_key, length(c.line) + 2)
    ) as blocked,
    (
        select count(*) from opt_outs o
        where o.partner_id = :partner and o.handle = substr(c.recipients_key, length(c.line) + 2)
    ) as opted_out,
    (
        select string_agg(
            case when l.from_me = 0 then 'r' when l.delivery_status = 'failed' then 'f' else 's' end, ''
            order by l.created_at desc, l.revision desc
        )
        from (
            select m.from_me, m.delivery_status, m.created_at, m.revision from messages m
            where m.partner_id = :partner and m.chat_id = :chat
            order by m.created_at desc, m.revision desc
            limit :window
        ) as l
    ) as latest
from (select 1 as one) as request
left join idempotency_records r on r.partner_id = :partner and r.key = :key and r.created_at > :horizon
left join chats c on c.partner_id = :partner and c.id = :chat
