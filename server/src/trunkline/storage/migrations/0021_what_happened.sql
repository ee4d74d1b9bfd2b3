-- expand
-- The attempts at a delivery: a line of JSON each, the oldest first (storage/deliveries.py).
alter table outbox add column attempt_log text;

-- The latest requests of a partner (docs/decisions/0041). serial: a random number, for those of one microsecond.
-- duration: in microseconds. exchange: the headers and bodies, as JSON; null once a message was deleted that they may
-- have contained. is_partial: whether more than that may be missing from it, so that nobody knows what it contained.
create table requests (
    partner_id bigint not null,
    answered_at bigint not null,
    serial bigint not null,
    trace_id text not null,
    duration bigint not null,
    method text not null,
    path text not null,
    query text not null,
    status bigint not null,
    error_code bigint,
    user_agent text,
    idempotency_key text,
    is_partial bigint not null,
    exchange text,
    primary key (partner_id, answered_at, serial)
);

-- When a message was last deleted: what a request received before may contain it.
alter table partner_states add column forgotten_at bigint not null default 0;

-- The messages of each line on each day, as far as they are counted. day: days since 1970, in UTC.
create table line_days (
    partner_id bigint not null,
    line text not null,
    day bigint not null,
    sent bigint not null,
    received bigint not null,
    replies bigint not null,
    primary key (partner_id, line, day)
);

-- How far they are counted. Up to counted_to, a revision, all are. From there to target, those of the chats whose ids do
-- not follow position; null if no count is in progress.
create table line_counts (
    partner_id bigint primary key,
    counted_to bigint not null,
    target bigint not null,
    position text
);
