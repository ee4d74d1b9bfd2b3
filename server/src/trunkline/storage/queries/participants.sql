-- Which handles are in which chats, and the sort keys of the chats of indexed handles (storage/participants.py).

-- name: handles
select chat_id, handle from participants where partner_id = :partner and chat_id = :id

-- name: add
insert into participants (partner_id, chat_id, handle, since_revision, line, updated_at, revision)
select c.partner_id, c.id, cast(:handle as text), c.revision,
    case when i.handle is not null then c.line end,
    case when i.handle is not null then c.updated_at end,
    case when i.handle is not null then c.revision end
from chats c left join (
    select handle from participants where partner_id = :partner and handle = :handle and revision is not null limit 1
) i on 1 = 1
where c.partner_id = :partner and c.id = :id

-- name: delete
delete from participants where partner_id = :partner and chat_id = :id and handle = :handle

-- name: update_sort_key
update participants set line = :line, updated_at = :updated_at, revision = :revision
where partner_id = :partner and chat_id = :id and revision is not null

-- name: to_index
-- The handles that have joined chats since a revision, and are indexed already or in too many chats now.
select handle from (
    select distinct x.handle
    from chats c cross join participants x
    where c.partner_id = :partner and c.revision >= :first
      and x.partner_id = :partner and x.chat_id = c.id and x.since_revision = c.revision and x.revision is null
) joined
where exists (
    select 1 from participants i
    where i.partner_id = :partner and i.handle = joined.handle and i.revision is not null
) or exists (
    select 1 from (
        select 1 from participants f
        where f.partner_id = :partner and f.handle = joined.handle and f.revision is null
        limit 1 offset :most
    ) beyond
)

-- name: index
update participants set (line, updated_at, revision) = (
    select c.line, c.updated_at, c.revision from chats c
    where c.partner_id = :partner and c.id = participants.chat_id
)
where partner_id = :partner and handle = :handle and revision is null
