-- Whether the last attempts of a queue all failed.
alter table queues add column is_failing bigint not null default 0;
