-- contract
-- A message rewrites the sort key of its chat. A handle has few chats, which a list finds by their ids and sorts; only
-- the participants of a handle in many chats repeat the sort key, so only they are written with each message
-- (storage/participants.py). The versions before expect it in every row, so they must not write any longer.

-- Who is or was in which chat, except the chat's own line. since_revision: the revision at which the handle joined.
-- line, updated_at and revision are those of the chat if the handle is indexed, else null.
create table indexed_participants (
    partner_id bigint not null,
    chat_id text not null,
    handle text not null,
    since_revision bigint not null,
    line text,
    updated_at bigint,
    revision bigint,
    constraint participants_key primary key (partner_id, chat_id, handle)
);
insert into indexed_participants (partner_id, chat_id, handle, since_revision, line, updated_at, revision)
select partner_id, chat_id, handle, since_revision,
    case when chats > 20 then line end,
    case when chats > 20 then updated_at end,
    case when chats > 20 then revision end
from (
    select partner_id, chat_id, handle, since_revision, line, updated_at, revision,
        count(*) over (partition by partner_id, handle) as chats
    from participants
    where handle <> line
) x;
drop table participants;
alter table indexed_participants rename to participants;
create index participants_handle on participants (partner_id, handle, chat_id) where revision is null;
create index participants_sort_key on participants (partner_id, handle, updated_at, revision)
    where revision is not null;
create index participants_line_sort_key on participants (partner_id, handle, line, updated_at, revision)
    where revision is not null;
create index participants_revision on participants (partner_id, handle, revision) where revision is not null;
create index participants_line_revision on participants (partner_id, handle, line, revision)
    where revision is not null;

-- What has changed on a line, which was a participant of its own chats.
create index chats_line_revision on chats (partner_id, line, revision);
