-- The terms of docs/glossary.md: the tables and columns of 0001 and 0002 under the names that the code uses now. No data
-- changes. Indexes are created again, because SQLite cannot rename one.

-- revision: the partner's counter of changes; each change takes the next one. clock: the latest time of a change, so
-- that no change is dated before an earlier one.
alter table partners rename column counter to revision;

-- A chat's sort key is (updated_at, revision). recipients_key finds the chat of a line with the same people.
alter table chats rename column position to revision;
alter table chats rename column recipients to recipients_key;
drop index chats_place;
drop index chats_position;
drop index chats_line_place;
drop index chats_recipients;
create unique index chats_sort_key on chats (partner_id, updated_at, revision);
create unique index chats_revision on chats (partner_id, revision);
create index chats_line_sort_key on chats (partner_id, line, updated_at, revision);
create index chats_recipients_key on chats (partner_id, recipients_key);

-- The participants of each chat, past ones and the line included, with the chat's sort key. since_revision: the revision
-- at which the handle joined.
alter table participants rename column position to revision;
alter table participants rename column since to since_revision;
drop index participants_place;
drop index participants_line_place;
drop index participants_position;
drop index participants_line_position;
create index participants_sort_key on participants (partner_id, handle, updated_at, revision);
create index participants_line_sort_key on participants (partner_id, handle, line, updated_at, revision);
create index participants_revision on participants (partner_id, handle, revision);
create index participants_line_revision on participants (partner_id, handle, line, revision);

-- The sort keys that chats had before: every change of a chat except its first adds one. replaced_by: the revision of
-- that change; replaced_at: its time. Kept for as long as a cursor is valid.
alter table moves rename to sort_key_history;
alter table sort_key_history rename column position to revision;
alter table sort_key_history rename column moved_to to replaced_by;
alter table sort_key_history rename column moved_at to replaced_at;
drop index moves_place;
drop index moves_chat;
create index sort_key_history_sort_key on sort_key_history (partner_id, updated_at, revision);
create index sort_key_history_chat on sort_key_history (partner_id, chat_id, replaced_by);

-- A message's sort key is (created_at, revision). It never changes.
alter table messages rename column position to revision;
drop index messages_place;
create unique index messages_sort_key on messages (partner_id, chat_id, created_at, revision);

-- The responses of sends, by idempotency key. fingerprint: a digest of the whole request.
alter table answers rename to idempotency_records;
drop index answers_created_at;
create index idempotency_records_created_at on idempotency_records (partner_id, created_at);

-- sequence: from the partner's counter, so that events are in the order of the changes.
alter table events rename column number to sequence;

-- destination: 'carrier', or a subscription's id. ordering_key: what stays in order within a destination, a chat's id.
-- entity_id: what the entry is about, by kind: the id of a message or a chat, or the sequence of an event.
alter table outbox rename column number to sequence;
alter table outbox rename column lane to ordering_key;
alter table outbox rename column subject to entity_id;

-- An ordering key with pending entries. head: the sequence of the first one. attempts: those at the head.
alter table lanes rename to ordering_keys;
alter table ordering_keys rename column lane to ordering_key;
drop index lanes_due_at;
create index ordering_keys_due_at on ordering_keys (partner_id, destination, due_at);

-- What the loopback carrier does with messages to a handle, or to every handle without a rule ('').
alter table carrier_rules rename to loopback_rules;
