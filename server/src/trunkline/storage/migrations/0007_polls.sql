-- Polls. poll: the JSON of the poll that the message is; null if it is none.
alter table messages add column poll bytea;
