-- contract
-- The list of chats by health, and in the order of creation (docs/decisions/0040). The versions before write neither, so
-- they must not write any longer.

-- health: the status of the document, for the indexes on chats that are not healthy, which are few.
alter table chats add column health text not null default 'HEALTHY';
create index chats_unhealthy on chats (partner_id, health, updated_at, revision) where health <> 'HEALTHY';
create index chats_line_unhealthy on chats (partner_id, line, health, updated_at, revision) where health <> 'HEALTHY';

-- When chats were created, as of the revision at which that was known (storage/creations.py). A table of its own,
-- because messages rewrite the rows of chats.
create table chat_creations (
    partner_id bigint not null,
    chat_id text not null,
    created_at bigint not null,
    revision bigint not null,
    primary key (partner_id, chat_id, revision)
);
create unique index chat_creations_sort_key on chat_creations (partner_id, created_at, revision);
