-- How the loopback carrier is to treat a handle, or everybody ('').

-- name: rules_for
select handle, rule from carrier_rules where partner_id = :partner and handle in (:handle, '')

-- name: rules
select handle, rule from carrier_rules where partner_id = :partner order by handle

-- name: set_rule
insert into carrier_rules (partner_id, handle, rule) values (:partner, :handle, :rule)
on conflict (partner_id, handle) do update set rule = excluded.rule

-- name: clear_rule
delete from carrier_rules where partner_id = :partner and handle = :handle returning handle

-- name: clear_rules
delete from carrier_rules where partner_id = :partner returning handle
