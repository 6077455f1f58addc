-- Exchanges kept one by one. `id` is the batch's id and the place in it (batch * 2048 + position): the same after any
-- number of deliveries. `detail` is json and not jsonb: written once, read rarely, searched never.
create table exchanges (
  tenant_id text not null,
  ended_at timestamptz not null,
  id bigint not null,
  duration_us bigint not null,
  ttfb_us bigint,
  role text not null,
  agent_id text not null,
  host_name text not null,
  service_name text not null,
  method text not null,
  path text not null,
  template text not null,
  status smallint,
  request_bytes bigint not null,
  response_bytes bigint not null,
  request_headers jsonb,
  response_headers jsonb,
  detail json not null,
  primary key (tenant_id, ended_at, id)
) partition by range (ended_at);
create index exchanges_newest on exchanges (ended_at desc, id desc);
insert into partitioned_tables values ('exchanges');

-- `case` and not `or`: the planner would take the alternatives for two rare ones, and expect one row of every table.
alter table exchanges enable row level security;
create policy exchanges_read on exchanges for select to masthead_app using (
  case when (select current_setting('app.scope', true)) = 'fleet' then true
  else tenant_id = (select nullif(current_setting('app.tenant_id', true), '')) end);
create policy exchanges_write on exchanges for insert to masthead_ingest with check (true);
grant select on exchanges to masthead_app;
grant insert on exchanges to masthead_ingest;
