-- Faults of the sandbox. position: the order in which they were added. remaining: for how many more requests; null is
-- all until the fault is removed. applied: the number of requests that had it.
create table faults (
    partner_id bigint not null,
    position bigint not null,
    id text not null,
    fault text not null,
    remaining bigint,
    applied bigint not null,
    primary key (partner_id, position)
);
