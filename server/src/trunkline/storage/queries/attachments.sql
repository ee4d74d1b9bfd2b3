-- name: add
insert into attachments (partner_id, id, filename, declared_type, size_bytes, created_at, file)
values (:partner, :id, :filename, :declared_type, :size_bytes, :created_at, :file)

-- name: attachment
select id, filename, declared_type, size_bytes, created_at, file from attachments
where partner_id = :partner and id = :id

-- name: pending
-- The times at which the partner asked for attachments that still wait for their files, oldest first.
select created_at from attachments
where partner_id = :partner and file is null and created_at >= :since
order by created_at
limit :limit

-- name: complete
update attachments set file = :file where partner_id = :partner and id = :id

-- name: delete
delete from attachments where partner_id = :partner and id = :id

-- name: forget_pending
delete from attachments where file is null and created_at < :horizon

-- name: schedule_deletion
insert into files_to_delete (partner_id, file, due_at) values (:partner, :file, :due_at)
on conflict (partner_id, file) do update set due_at = excluded.due_at

-- name: limit_deletions
update files_to_delete set due_at = :latest where due_at > :latest

-- name: cancel_deletion
delete from files_to_delete where partner_id = :partner and file = :file
returning file

-- name: due_deletions
select file from files_to_delete where due_at <= :now order by due_at limit :limit
