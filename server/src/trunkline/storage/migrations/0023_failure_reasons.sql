-- expand
-- Why a message failed, for people to read; of one that was delivered late, why it failed before.
alter table messages add column failure_reason text;
