-- A destination that does not respond is paused: how many rounds in a row had no response, and until when.
alter table queues add column silent_rounds bigint not null default 0;
alter table queues add column paused_until bigint not null default 0;
