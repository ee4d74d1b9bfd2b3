-- The life of a chat: messages, opt-outs, answers to repeat, and what is to leave the service (docs/decisions/0003).

-- What `include=` shows of a chat beside its document.
alter table chats add column message_count bigint not null default 0;
alter table chats add column unread_count bigint not null default 0;

-- What has changed on a line, or on a line with somebody, in the order of the changes.
create index participants_line_position on participants (partner_id, handle, line, position);

-- The document is the message: the other columns are what queries need of it, and what its document does not show.
-- thread: the message that began the thread; of a message that answers none, its own id.
create table messages (
    partner_id bigint not null,
    id text not null,
    chat_id text not null,
    thread text not null,
    created_at bigint not null,
    position bigint not null,
    from_me bigint not null,
    delivery_status text not null,
    idempotency_key text,
    edits bigint not null,
    document bytea not null,
    primary key (partner_id, id)
);
create unique index messages_place on messages (partner_id, chat_id, created_at, position);
create index messages_thread on messages (partner_id, thread, created_at, position);
create index messages_unread on messages (partner_id, chat_id) where from_me = 0 and delivery_status = 'received';

-- What a send was answered, so that the same send again is answered the same. fingerprint: of the whole request.
create table answers (
    partner_id bigint not null,
    key text not null,
    fingerprint bytea not null,
    message_id text not null,
    body bytea not null,
    created_at bigint not null,
    primary key (partner_id, key)
);
create index answers_created_at on answers (partner_id, created_at);

-- Who has opted out, and in which direct chats they said so.
create table opt_outs (
    partner_id bigint not null,
    handle text not null,
    chat_id text not null,
    opted_out_at bigint not null,
    primary key (partner_id, handle, chat_id)
);

create table blocked_handles (
    partner_id bigint not null,
    handle text not null,
    reason text,
    blocked_at bigint not null,
    primary key (partner_id, handle)
);

-- events and phone_numbers are JSON arrays; phone_numbers is null where events of every line are wanted.
create table subscriptions (
    partner_id bigint not null,
    id text not null,
    target_url text not null,
    events text not null,
    phone_numbers text,
    is_active bigint not null,
    secret text not null,
    routing_id_header text,
    routing_key_header text,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (partner_id, id)
);
create unique index subscriptions_target on subscriptions (partner_id, target_url);

-- What a receiver last asked to be sent along for a chat, where its subscription has a routing_key_header.
create table routing_tokens (
    partner_id bigint not null,
    subscription_id text not null,
    chat_id text not null,
    token text not null,
    primary key (partner_id, subscription_id, chat_id)
);

-- What subscribers are told. number: from the partner's counter, so that events are in the order of the changes.
create table events (
    partner_id bigint not null,
    number bigint not null,
    id text not null,
    type text not null,
    chat_id text,
    line text,
    created_at bigint not null,
    body bytea not null,
    primary key (partner_id, number)
);
create unique index events_id on events (partner_id, id);

-- What is to leave the service. destination: 'carrier', or a subscription's id. lane: what must stay in order among
-- itself, a chat. subject: what it is about, by kind: a message's id, a chat's, an event's number.
create table outbox (
    partner_id bigint not null,
    destination text not null,
    number bigint not null,
    lane text not null,
    kind text not null,
    subject text not null,
    state text not null,
    attempts bigint not null,
    outcome text,
    updated_at bigint not null,
    primary key (partner_id, number, destination)
);
create index outbox_waiting on outbox (partner_id, destination, lane, number) where state = 'waiting';

-- A lane with something waiting in it. head: the number that is first. attempts: at the head.
create table lanes (
    partner_id bigint not null,
    destination text not null,
    lane text not null,
    head bigint,
    attempts bigint not null,
    due_at bigint not null,
    primary key (partner_id, destination, lane)
);
create index lanes_due_at on lanes (partner_id, destination, due_at);

-- A destination with something waiting. due_at: the earliest of its lanes. One worker at a time has it, until
-- claimed_until at the latest.
create table queues (
    partner_id bigint not null,
    destination text not null,
    due_at bigint,
    claimed_until bigint not null,
    primary key (partner_id, destination)
);
create index queues_due_at on queues (due_at);

-- How the loopback carrier is to treat a handle, or everybody ('').
create table carrier_rules (
    partner_id bigint not null,
    handle text not null,
    rule text not null,
    primary key (partner_id, handle)
);
