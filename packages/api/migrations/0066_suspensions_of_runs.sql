-- What a run's budget suspended stays known when the agent begins another run, which reports its own only.
create table suspensions (
  agent_id text not null,
  epoch bigint not null,
  executable text not null,
  since timestamptz not null,
  until timestamptz,
  reason text not null,
  primary key (agent_id, epoch, executable, since)
);
comment on column suspensions.until is 'null: it lasts, or lasted until its run ended';
grant select on suspensions to masthead_app;
grant select, insert, update, delete on suspensions to masthead_ingest;
alter table suspensions enable row level security;
create policy suspensions_fleet on suspensions to masthead_app
  using ((select current_setting('app.scope', true)) = 'fleet')
  with check ((select current_setting('app.scope', true)) = 'fleet');
create policy suspensions_write on suspensions to masthead_ingest using (true) with check (true);

insert into suspensions (agent_id, epoch, executable, since, until, reason)
select agent_id, epoch, s->>'executable', to_timestamp((s->>'sinceUs')::float8 / 1000000),
  to_timestamp((s->>'untilUs')::float8 / 1000000), s->>'reason'
from agents, json_array_elements(coalesce(heartbeat->'suspensions', '[]')) s
on conflict do nothing;
