-- Files. file: their name in the file store; null until they are complete. declared_type: as the partner wrote it.
create table attachments (
    partner_id bigint not null,
    id text not null,
    filename text not null,
    declared_type text not null,
    size_bytes bigint not null,
    created_at bigint not null,
    file text,
    primary key (partner_id, id)
);
create unique index attachments_file on attachments (file);
create index attachments_pending on attachments (partner_id, created_at) where file is null;
create index attachments_created_at on attachments (created_at) where file is null;

-- Whether recipients play the message in the chat. Its document shows an ordinary file.
alter table messages add column is_voice_memo bigint not null default 0;

-- Files of the file store that no attachment has: those that are being uploaded, and those of deleted attachments.
create table files_to_delete (
    file text primary key,
    due_at bigint not null
);
create index files_to_delete_due_at on files_to_delete (due_at);

-- Where to find a file that is known by its URL: the messages that have a part with this id.
create table media_parts (
    partner_id bigint not null,
    id text not null,
    message_id text not null,
    primary key (partner_id, id, message_id)
);
create index media_parts_message on media_parts (partner_id, message_id);
