-- name: next_partner_id
update store set last_partner_id = last_partner_id + 1 returning last_partner_id

-- name: add_partner
insert into partners (id, name, created_at) values (:id, :name, :now)
on conflict (name) do nothing
returning id

-- name: add_state
insert into partner_states (partner_id, revision, clock, history_start, is_removed) values (:id, 0, 0, 0, 0)

-- name: partners
select id, name, created_at, removed_at from partners order by id

-- name: partner_by_name
select id, name, created_at, removed_at from partners where name = :name

-- name: partner_by_id
select id, name, created_at, removed_at from partners where id = :id

-- name: add_key
insert into keys (id, partner_id, name, digest, created_at, expires_at) values (:id, :partner, :name, :digest, :now, :expires_at)

-- name: key_by_digest
select partner_id, id, expires_at, revoked_at from keys where digest = :digest

-- name: keys_of_partner
select id, name, created_at, expires_at, revoked_at from keys where partner_id = :partner order by created_at, id

-- name: revoke_key
update keys set revoked_at = :now where id = :id and revoked_at is null returning id

-- name: key_exists
select 1 from keys where id = :id

-- name: add_line
insert into lines (partner_id, phone_number, id, label, created_at) values (:partner, :phone_number, :id, :label, :now)
on conflict (partner_id, phone_number) do nothing
returning id

-- name: line
select id from lines where partner_id = :partner and phone_number = :phone_number and removed_at is null

-- name: is_being_removed
select 1 from lines where partner_id = :partner and phone_number = :phone_number and removed_at is not null

-- name: forget_removed_line
update partner_states set removed_lines = replace(removed_lines, :entry, '') where partner_id = :partner

-- name: lines_of_partner
select id, phone_number, label, created_at, removed_at from lines where partner_id = :partner
order by created_at, phone_number

-- name: owners_of_line
select p.id, p.name, p.created_at, p.removed_at from lines l join partners p on p.id = l.partner_id
where l.phone_number = :phone_number and l.removed_at is null and p.removed_at is null order by p.id

-- name: count_chats
select count(*) from chats where partner_id = :partner
