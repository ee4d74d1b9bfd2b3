"""Schema 16, made of that of this version: its outbox, its list of files, and nothing that came later."""

TO_SCHEMA_16 = """\
create table ordering_keys (
    partner_id bigint not null,
    destination text not null,
    ordering_key text not null,
    head bigint,
    attempts bigint not null,
    due_at bigint not null,
    primary key (partner_id, destination, ordering_key)
);
create index ordering_keys_due_at on ordering_keys (partner_id, destination, due_at);
insert into ordering_keys (partner_id, destination, ordering_key, head, attempts, due_at)
select partner_id, destination, ordering_key, sequence, attempts, due_at from outbox where due_at is not null;
drop index outbox_due;
alter table outbox drop column due_at;
drop table files_to_delete;
create table files_to_delete (file text primary key, due_at bigint not null);
create index files_to_delete_due_at on files_to_delete (due_at);
drop index attachments_file;
create unique index attachments_file on attachments (file);
alter table messages drop column failure_reason;
alter table lines drop column removed_at;
alter table partner_states drop column removed_lines;
drop index chats_unhealthy;
drop index chats_line_unhealthy;
alter table chats drop column health;
drop table chat_creations;
drop index outbox_failed;
drop index outbox_resent;
alter table outbox drop column attempt_log;
alter table partner_states drop column forgotten_at;
drop table requests;
drop table line_days;
drop table line_counts;
update store set schema_version = 16;
"""
