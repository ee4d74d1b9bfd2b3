-- name: record_move
insert into sort_key_history (partner_id, chat_id, line, updated_at, revision, replaced_by, replaced_at)
select partner_id, id, line, updated_at, revision, cast(:revision as bigint), cast(:now as bigint)
from chats
where partner_id = :partner and id = :id

-- name: save_chat
insert into chats (
    partner_id, id, line, recipients_key, name, message_count, unread_count, health, updated_at, revision, document
)
values (
    :partner, :id, :line, :recipients_key, :name, :message_count, :unread_count, :health, :updated_at, :revision,
    :document
)
on conflict (partner_id, id) do update set
    line = excluded.line, recipients_key = excluded.recipients_key, name = excluded.name,
    message_count = excluded.message_count, unread_count = excluded.unread_count,
    health = excluded.health, updated_at = excluded.updated_at, revision = excluded.revision, document = excluded.document

-- name: mirror_cursor
select next_cursor from mirrors where partner_id = :partner and base_url = :base_url

-- name: save_mirror_cursor
insert into mirrors (partner_id, base_url, next_cursor) values (:partner, :base_url, :next_cursor)
on conflict (partner_id, base_url) do update set next_cursor = excluded.next_cursor

-- name: delete_mirror_cursor
delete from mirrors where partner_id = :partner and base_url = :base_url
