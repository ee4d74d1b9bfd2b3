-- The message that an event is about; null if it is about none. When a message is deleted, its events lose its content.
alter table events add column message_id text;
create index events_message on events (partner_id, message_id) where message_id is not null;

-- From now on, media_parts also has the parts that are attachments.

-- When the removal of the partner began; null if it has not. From then on, nothing else changes what the partner has.
alter table partners add column removed_at bigint;
