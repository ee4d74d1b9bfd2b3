-- Faults of the sandbox, the oldest first: a request has the first one that matches.

-- name: faults
select id, fault, remaining, applied from faults where partner_id = :partner order by position

-- name: add
insert into faults (partner_id, position, id, fault, remaining, applied)
select cast(:partner as bigint), coalesce(max(position), 0) + 1, cast(:id as text), cast(:fault as text),
    cast(:remaining as bigint), 0
from faults
where partner_id = :partner

-- One more request has the fault. No row: other requests have used it up, or it was removed.
-- name: take
update faults set remaining = remaining - 1, applied = applied + 1
where partner_id = :partner and id = :id and (remaining is null or remaining > 0)
returning remaining

-- name: remove
delete from faults where partner_id = :partner and id = :id returning id

-- name: clear
delete from faults where partner_id = :partner returning id
