-- expand
-- When the removal of the line began; null if it has not. From then on, the partner does not have the line.
alter table lines add column removed_at bigint;

-- removed_lines: the numbers of the lines whose removal began last and that were not added again, each with a space
-- after it. A change reads it with the counters, so it cannot write to a line that the partner no longer has.
alter table partner_states add column removed_lines text not null default '';
