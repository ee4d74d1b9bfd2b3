-- contract
-- What changes with each change of a partner has a table of its own, so that `partners` is small and rarely written.
-- revision: the partner's counter of changes. clock: the latest time of a change. history_start: the earliest snapshot
-- for which sort_key_history is complete. is_removed: whether the removal of the partner has begun.
create table partner_states (
    partner_id bigint primary key,
    revision bigint not null,
    clock bigint not null,
    history_start bigint not null,
    is_removed bigint not null
);
insert into partner_states (partner_id, revision, clock, history_start, is_removed)
select id, revision, clock, history_start, case when removed_at is null then 0 else 1 end from partners;
alter table partners drop column revision;
alter table partners drop column clock;
alter table partners drop column history_start;

-- compatible_with: the earliest schema version whose programs can use the database as it is.
alter table store add column compatible_with bigint not null default 15;
