-- name: add
insert into subscriptions (
    partner_id, id, target_url, version, events, phone_numbers, is_active, secret, routing_id_header,
    routing_key_header, created_at, updated_at
)
values (
    :partner, :id, :target_url, :version, :events, :phone_numbers, :is_active, :secret, :routing_id_header,
    :routing_key_header, :created_at, :updated_at
)

-- name: update
update subscriptions set
    target_url = :target_url, version = :version, events = :events, phone_numbers = :phone_numbers,
    is_active = :is_active, routing_id_header = :routing_id_header, routing_key_header = :routing_key_header, updated_at = :updated_at
where partner_id = :partner and id = :id

-- name: delete
delete from subscriptions where partner_id = :partner and id = :id

-- name: delete_tokens
delete from routing_tokens where partner_id = :partner and subscription_id = :id

-- name: all
select
    id, target_url, version, events, phone_numbers, is_active, routing_id_header, routing_key_header, created_at,
    updated_at
from subscriptions
where partner_id = :partner
order by created_at, id

-- name: delivery
select
    s.target_url, s.secret, s.is_active, s.routing_id_header, s.routing_key_header,
    e.id, e.type, e.version, e.chat_id, e.created_at, e.body, t.token
from subscriptions s
join events e on e.partner_id = :partner and e.sequence = :sequence
left join routing_tokens t on t.partner_id = :partner and t.subscription_id = :id and t.chat_id = e.chat_id
where s.partner_id = :partner and s.id = :id

-- name: save_token
insert into routing_tokens (partner_id, subscription_id, chat_id, token)
select s.partner_id, s.id, cast(:chat_id as text), cast(:token as text)
from subscriptions s
where s.partner_id = :partner and s.id = :id and s.routing_key_header is not null
on conflict (partner_id, subscription_id, chat_id) do update set token = excluded.token
