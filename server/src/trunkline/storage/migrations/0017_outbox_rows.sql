-- contract
-- An entry is one row. due_at: when the next attempt at it is due, if it is the first pending entry of its ordering key;
-- otherwise null. ordering_keys had the same as rows of its own.
alter table outbox add column due_at bigint;
update outbox set due_at = (
    select k.due_at from ordering_keys k
    where k.partner_id = outbox.partner_id and k.destination = outbox.destination
      and k.ordering_key = outbox.ordering_key and k.head = outbox.sequence
)
where state = 'waiting';
drop table ordering_keys;
create index outbox_due on outbox (partner_id, destination, due_at) where due_at is not null;
