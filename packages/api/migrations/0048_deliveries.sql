-- The outbox: what is to be sent is noted in the transaction that seals a report, and sent until its receiver took it.
create table deliveries (
  tenant_id text not null,
  id text not null check (id ~ '^dlv_[0-9a-f]{32}$'),
  destination_id text not null,
  period text not null,
  version int not null,
  form text not null,
  state text not null check (state in ('pending', 'delivered', 'dead', 'cancelled')),
  attempts int not null,
  attempts_left int not null,
  next_attempt_at_us bigint not null,
  created_at_us bigint not null,
  settled_at_us bigint,
  primary key (tenant_id, id),
  unique (tenant_id, destination_id, period, version, form)
);
create index deliveries_due on deliveries (next_attempt_at_us) where state = 'pending';
create index deliveries_by_time on deliveries (created_at_us desc, id desc);

-- What became of each attempt; without an outcome it is under way, or whoever made it was stopped.
create table delivery_attempts (
  tenant_id text not null,
  delivery_id text not null,
  attempt int not null,
  started_at_us bigint not null,
  duration_ms int,
  outcome text check (outcome in ('delivered', 'failed')),
  status int,
  error text check (char_length(error) <= 256),
  primary key (tenant_id, delivery_id, attempt)
);

do $$
declare
  name text;
begin
  foreach name in array array['deliveries', 'delivery_attempts'] loop
    execute format('alter table %I enable row level security', name);
    execute format($policy$create policy %I on %I to masthead_app
      using ((select current_setting('app.scope', true)) = 'fleet')
      with check ((select current_setting('app.scope', true)) = 'fleet')$policy$, name || '_fleet', name);
    execute format('create policy %I on %I to masthead_ingest using (true) with check (true)', name || '_sending', name);
    execute format('grant select on %I to masthead_app', name);
    execute format('grant select, insert, update on %I to masthead_ingest', name);
  end loop;
end
$$;
grant update (state, attempts_left, next_attempt_at_us, settled_at_us) on deliveries to masthead_app;
