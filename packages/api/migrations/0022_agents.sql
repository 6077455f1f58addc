-- The newest heartbeat of every agent there ever was. `json` and not `jsonb`: texts in it may hold U+0000.
create table agents (
  agent_id text primary key check (agent_id ~ '^[A-Za-z0-9_-]{1,64}$'),
  epoch bigint not null,
  epoch_first_seen_us bigint not null,
  sent_at_us bigint not null,
  received_at_us bigint not null,
  heartbeat json not null
);
comment on column agents.received_at_us is 'by the control plane''s clock, which says whether the agent is away';

grant select on agents to masthead_app;
grant select, insert, update on agents to masthead_ingest;
