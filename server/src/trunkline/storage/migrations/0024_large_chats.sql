-- expand
-- The message after which the count of messages continues within a large chat, whose id is position; null between chats.
alter table line_counts add column message_created_at bigint;
alter table line_counts add column message_revision bigint;
