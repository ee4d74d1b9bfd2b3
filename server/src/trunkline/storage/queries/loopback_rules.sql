-- What the loopback carrier does with messages to a handle, or to every handle without a rule ('').

-- name: rules_for
select handle, rule from loopback_rules where partner_id = :partner
  and handle in ('', :a, :b, :c, :d, :e, :f, :g, :h, :i, :j, :k, :l, :m, :n, :o, :p)

-- name: rules
select handle, rule from loopback_rules where partner_id = :partner order by handle

-- name: set_rule
insert into loopback_rules (partner_id, handle, rule) values (:partner, :handle, :rule)
on conflict (partner_id, handle) do update set rule = excluded.rule

-- name: clear_rule
delete from loopback_rules where partner_id = :partner and handle = :handle returning handle

-- name: clear_rules
delete from loopback_rules where partner_id = :partner returning handle
