-- A destination that does not respond is paused: how many rounds in a row had no response, and until when.
alter table queues add column silent_rounds bigint not null default 0;
alter table queues add column paused_until bigint not null default 0;

-- The carrier and webhooks have places of their own in a worker, so each is looked up by itself.
drop index queues_due_at;
create index queues_carrier_due_at on queues (due_at) where destination = 'carrier';
create index queues_webhooks_due_at on queues (due_at) where destination <> 'carrier';
