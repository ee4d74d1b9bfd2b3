-- contract
-- Every table of partners has partner_id in each unique key, so that it can be spread over nodes
-- (storage/distribution.py). The name of a file is the id of its partner, a slash and a UUID.
create table files_of_partners (
    partner_id bigint not null,
    file text not null,
    due_at bigint not null,
    constraint files_to_delete_key primary key (partner_id, file)
);
insert into files_of_partners (partner_id, file, due_at)
select cast(substr(file, 1, length(file) - 37) as bigint), file, due_at from files_to_delete;
drop table files_to_delete;
alter table files_of_partners rename to files_to_delete;
create index files_to_delete_due_at on files_to_delete (due_at);

drop index attachments_file;
create unique index attachments_file on attachments (partner_id, file);
