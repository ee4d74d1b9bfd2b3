-- The journal of requests.

-- name: add
insert into requests (
    partner_id, answered_at, serial, trace_id, duration, method, path, query, status, error_code, user_agent,
    idempotency_key, is_partial, exchange
) values (
    :partner, :answered_at, :serial, :trace_id, :duration, :method, :path, :query, :status, :error_code, :user_agent,
    :idempotency_key, :is_partial, :exchange
)

-- name: delete_oldest
-- All but the last :keep.
delete from requests
where partner_id = :partner and answered_at <= (
    select r.answered_at from requests r
    where r.partner_id = :partner
    order by r.answered_at desc, r.serial desc
    limit 1 offset :keep
)

-- name: page
select
    answered_at, serial, trace_id, duration, method, path, query, status, error_code, user_agent, idempotency_key
from requests
where partner_id = :partner and (answered_at, serial) < (:answered_at, :serial)
  and status >= :least_status and status <= :greatest_status
  and (:method = '' or method = :method) and (:path = '' or lower(path) like :path escape '!')
order by answered_at desc, serial desc
limit :limit

-- name: latest_of_trace
select
    answered_at, serial, trace_id, duration, method, path, query, status, error_code, user_agent, idempotency_key,
    exchange
from requests
where partner_id = :partner and trace_id = :trace_id
order by answered_at desc, serial desc
limit 1

-- name: forget_message
-- The bodies that contain its id, and those of which something is missing.
update requests set exchange = null
where partner_id = :partner and exchange is not null
  and (is_partial = 1 or exchange <> replace(exchange, :message, '') or path <> replace(path, :message, ''))

-- name: forget_all
update requests set exchange = null where partner_id = :partner and exchange is not null
