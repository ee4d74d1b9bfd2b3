-- The messages of each line on each day. They are counted when somebody looks, a part of the chats at a time, in the order
-- of their ids, and of a large chat a part of its messages (docs/decisions/0041). A count counts the messages with revisions
-- after :counted_to, up to :target.

-- name: progress
select counted_to, target, position, message_created_at, message_revision from line_counts where partner_id = :partner

-- name: save_progress
insert into line_counts (partner_id, counted_to, target, position, message_created_at, message_revision)
values (:partner, :counted_to, :target, :position, :message_created_at, :message_revision)
on conflict (partner_id) do update set
    counted_to = excluded.counted_to, target = excluded.target, position = excluded.position,
    message_created_at = excluded.message_created_at, message_revision = excluded.message_revision

-- name: revision
select revision from partner_states where partner_id = :partner

-- name: all_chats
-- If many may have changed.
select id, revision, message_count from chats where partner_id = :partner and id > :position order by id limit :limit

-- name: changed_chats
-- If few have changed. The limit inside is above their number; it keeps PostgreSQL from looking for them among all chats,
-- in the order of their ids.
select id, revision, message_count from (
    select id, revision, message_count from chats
    where partner_id = :partner and revision > :counted_to
    order by revision
    limit 1000000000
) as changed
where id > :position
order by id
limit :limit

-- name: last_of_part
-- The last one of so many messages of a chat after one, if there are that many.
select created_at, revision from messages
where partner_id = :partner and chat_id = :chat and (created_at, revision) > (:after_created_at, :after_revision)
order by created_at, revision
limit 1 offset :offset

-- name: count_messages
-- Of a chat, after one message, up to another. A reply is a received message right after a sent one.
insert into line_days (partner_id, line, day, sent, received, replies)
select
    cast(:partner as bigint), counted.line, counted.day, sum(counted.is_sent), sum(1 - counted.is_sent),
    sum(counted.is_reply)
from (
    select
        c.line as line, m.created_at / 86400000000 as day, m.from_me as is_sent,
        case when m.from_me = 0 and 1 = (
            select b.from_me from messages b
            where b.partner_id = :partner and b.chat_id = m.chat_id and (b.created_at, b.revision) < (m.created_at, m.revision)
            order by b.created_at desc, b.revision desc
            limit 1
        ) then 1 else 0 end as is_reply
    from messages m
    join chats c on c.partner_id = :partner and c.id = m.chat_id
    where m.partner_id = :partner and m.chat_id = :chat
      and (m.created_at, m.revision) > (:after_created_at, :after_revision)
      and (m.created_at, m.revision) <= (:last_created_at, :last_revision)
      and m.revision > :counted_to and m.revision <= :target
) as counted
group by counted.line, counted.day
on conflict (partner_id, line, day) do update set
    sent = line_days.sent + excluded.sent, received = line_days.received + excluded.received,
    replies = line_days.replies + excluded.replies

-- name: delete_days
delete from line_days where partner_id = :partner and day < :first

-- name: delete_days_of_line
delete from line_days where partner_id = :partner and line = :line

-- name: days
select line, day, sent, received, replies from line_days where partner_id = :partner and day >= :first

-- name: latest_health
-- Of the chats of a line that changed last.
select health from chats
where partner_id = :partner and line = :line
order by updated_at desc, revision desc
limit :limit
