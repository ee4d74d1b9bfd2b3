-- expand, concurrently
-- Deliveries that failed, which are few.
create index concurrently outbox_failed on outbox (partner_id, sequence, destination) where state = 'failed';
-- Deliveries of events that were sent again, which are few: entity_id is the sequence of the event.
create index concurrently outbox_resent on outbox (partner_id, entity_id, sequence)
    where destination <> 'carrier' and entity_id <> cast(sequence as text);
