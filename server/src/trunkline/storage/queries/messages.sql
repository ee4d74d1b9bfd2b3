-- Messages never move: a page is those that existed in the pagination snapshot (revision <= :snapshot). A large document
-- is read by itself, if there is room for it. Its length is known without reading it.

-- name: page
select case when length(m.document) <= :small then m.document end, m.created_at, m.revision,
    (select s.revision from partner_states s where s.partner_id = :partner) as partner_revision,
    m.edits, case when m.delivery_status = 'failed' then m.failure_reason end
from messages m
where m.partner_id = :partner and m.chat_id = :chat
  and (m.created_at, m.revision) < (:after_created_at, :after_revision) and m.revision <= :snapshot
order by m.created_at desc, m.revision desc
limit :limit

-- name: thread_newest_first
select case when length(m.document) <= :small then m.document end, m.created_at, m.revision,
    (select s.revision from partner_states s where s.partner_id = :partner) as partner_revision,
    m.edits, case when m.delivery_status = 'failed' then m.failure_reason end
from messages m
where m.partner_id = :partner and m.thread = :thread
  and (m.created_at, m.revision) < (:after_created_at, :after_revision) and m.revision <= :snapshot
order by m.created_at desc, m.revision desc
limit :limit

-- name: thread_oldest_first
select case when length(m.document) <= :small then m.document end, m.created_at, m.revision,
    (select s.revision from partner_states s where s.partner_id = :partner) as partner_revision,
    m.edits, case when m.delivery_status = 'failed' then m.failure_reason end
from messages m
where m.partner_id = :partner and m.thread = :thread
  and (m.created_at, m.revision) > (:after_created_at, :after_revision) and m.revision <= :snapshot
order by m.created_at, m.revision
limit :limit

-- name: message
select document, thread, idempotency_key, edits, poll, is_voice_memo from messages
where partner_id = :partner and id = :id

-- name: with_chat
-- `left join` fixes the join order for both planners.
select
    m.document, m.thread, m.idempotency_key, m.edits, m.poll, m.is_voice_memo,
    c.document, c.name, c.message_count, c.unread_count
from messages m left join chats c on c.partner_id = :partner and c.id = m.chat_id
where m.partner_id = :partner and m.id = :id

-- name: several_with_chats
select
    m.document, m.thread, m.idempotency_key, m.edits, m.poll, m.is_voice_memo,
    c.document, c.name, c.message_count, c.unread_count
from messages m left join chats c on c.partner_id = :partner and c.id = m.chat_id
where m.partner_id = :partner
  and m.id in (:a, :b, :c, :d, :e, :f, :g, :h, :i, :j, :k, :l, :m, :n, :o, :p)

-- name: large_of_chat
select document, edits, case when delivery_status = 'failed' then failure_reason end from messages
where partner_id = :partner and chat_id = :chat and created_at = :created_at and revision = :revision

-- name: large_of_thread
select document, edits, case when delivery_status = 'failed' then failure_reason end from messages
where partner_id = :partner and thread = :thread and created_at = :created_at and revision = :revision

-- name: document
select document from messages where partner_id = :partner and id = :id

-- name: add
insert into messages (
    partner_id, id, chat_id, thread, created_at, revision, from_me, delivery_status, idempotency_key, edits,
    is_voice_memo, document, poll
)
values (
    :partner, :id, :chat, :thread, :created_at, :revision, :from_me, :delivery_status, :idempotency_key, :edits,
    :is_voice_memo, :document, :poll
)

-- name: save
update messages set delivery_status = :delivery_status, edits = :edits, document = :document, poll = :poll
where partner_id = :partner and id = :id

-- name: save_failure
update messages set failure_reason = :reason where partner_id = :partner and id = :id

-- name: delete
delete from messages where partner_id = :partner and id = :id

-- name: unread
select document, thread, idempotency_key, edits, poll, is_voice_memo from messages
where partner_id = :partner and chat_id = :chat and from_me = 0 and delivery_status = 'received'
limit :limit

-- name: latest
-- What health is derived from, newest first.
select from_me, delivery_status from messages
where partner_id = :partner and chat_id = :chat
order by created_at desc, revision desc
limit :limit
