-- history_start: the earliest snapshot for which sort_key_history is complete. Pagination with an earlier one must start
-- again, whatever the clock says.
alter table partners add column history_start bigint not null default 0;
