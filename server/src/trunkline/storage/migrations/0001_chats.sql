-- One row: what the store knows of itself. The cursor key signs cursors, so that every worker accepts every worker's.
create table store (
    schema_version bigint not null,
    cursor_key bytea not null,
    last_partner_id bigint not null
);

-- counter: the number of changes so far; each change of a chat takes the next one as its position, in its transaction.
-- clock: the latest time given to a change, so that later changes are never dated earlier.
create table partners (
    id bigint primary key,
    name text not null unique,
    counter bigint not null,
    clock bigint not null,
    created_at bigint not null
);

-- Looked up before the partner is known: a reference table, like partners. Of the key itself, only the digest is here.
create table keys (
    id text primary key,
    partner_id bigint not null,
    name text not null,
    digest bytea not null unique,
    created_at bigint not null,
    expires_at bigint,
    revoked_at bigint
);

create table lines (
    partner_id bigint not null,
    phone_number text not null,
    id text not null,
    label text,
    created_at bigint not null,
    primary key (partner_id, phone_number)
);

-- A chat's place in its partner's order is (updated_at, position). The document is the chat: the other columns are what
-- queries need of it, and the given name, which a document shows like a default one.
create table chats (
    partner_id bigint not null,
    id text not null,
    line text not null,
    recipients text not null,
    name text,
    updated_at bigint not null,
    position bigint not null,
    document bytea not null,
    primary key (partner_id, id)
);
create unique index chats_place on chats (partner_id, updated_at, position);
create unique index chats_position on chats (partner_id, position);
create index chats_line_place on chats (partner_id, line, updated_at, position);
create index chats_recipients on chats (partner_id, recipients);

-- Who is or was in which chat, the line included, with the chat's place. since: the position at which the handle came in.
create table participants (
    partner_id bigint not null,
    chat_id text not null,
    handle text not null,
    line text not null,
    since bigint not null,
    updated_at bigint not null,
    position bigint not null,
    primary key (partner_id, chat_id, handle)
);
create index participants_place on participants (partner_id, handle, updated_at, position);
create index participants_line_place on participants (partner_id, handle, line, updated_at, position);
create index participants_position on participants (partner_id, handle, position);

-- The places that chats have left: each change but a chat's first leaves one. Kept as long as a cursor may live.
create table moves (
    partner_id bigint not null,
    chat_id text not null,
    line text not null,
    updated_at bigint not null,
    position bigint not null,
    moved_to bigint not null,
    moved_at bigint not null,
    primary key (partner_id, moved_to)
);
create index moves_place on moves (partner_id, updated_at, position);
create index moves_chat on moves (partner_id, chat_id, moved_to);

-- Where an unfinished mirror of an upstream goes on.
create table mirrors (
    partner_id bigint not null,
    base_url text not null,
    next_cursor text not null,
    primary key (partner_id, base_url)
);
