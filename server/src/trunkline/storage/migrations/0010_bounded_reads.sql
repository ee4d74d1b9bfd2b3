-- The latest of the chats with the same people is an index range of one row. A group that no message to its people
-- continues has an empty recipients_key, and no chat keeps more than the latest of those who left (storage/groups.py).
drop index chats_recipients_key;
create index chats_recipients_key on chats (partner_id, recipients_key, revision);
