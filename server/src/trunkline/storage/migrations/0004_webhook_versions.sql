-- A subscription has a version of the payload: the one that its URL names, or the latest when it was created. Until now
-- every event had the payload of 2026-02-03, so an existing subscription keeps it, unless its URL names the older one.
alter table subscriptions add column version text not null default '2026-02-03';
update subscriptions set version = '2025-01-01'
where replace(replace(target_url, '?', '&') || '&', '&version=2025-01-01&', '') <> replace(target_url, '?', '&') || '&';

-- An event has a row for each version that a subscriber has; its id is the same in all of them.
alter table events add column version text not null default '2026-02-03';
drop index events_id;
create unique index events_id on events (partner_id, id, version);
