-- Usage: additive counts of series in buckets of a minute; quarter-hours and days are recomputed from them.
create table usage_series (
  tenant_id text not null,
  series_id uuid not null,
  policy_name text not null,
  report boolean not null,
  role text not null,
  service_name text not null,
  host_name text not null,
  agent_id text not null,
  template text not null,
  method text not null,
  status smallint,
  dimensions jsonb,
  primary key (tenant_id, series_id)
);
comment on table usage_series is 'series_id is a hash of the other columns';

create table usage_dimension_names (
  tenant_id text not null,
  name text not null,
  primary key (tenant_id, name)
);

create table usage_minute (
  tenant_id text not null,
  bucket timestamptz not null,
  series_id uuid not null,
  requests bigint not null,
  errors bigint not null,
  request_bytes bigint not null,
  response_bytes bigint not null,
  measures jsonb,
  latency_buckets int[] not null,
  latency_counts bigint[] not null,
  primary key (tenant_id, bucket, series_id)
) partition by range (bucket);
comment on column usage_minute.latency_buckets is 'buckets of the latency histogram, ascending; their counts stand in latency_counts';
insert into partitioned_tables values ('usage_minute');

create table usage_quarter (like usage_minute including constraints, primary key (tenant_id, bucket, series_id));
create table usage_day (like usage_minute including constraints, primary key (tenant_id, bucket, series_id));

-- Minutes of a tenant that hold usage: the lock that drains take in order, the count that the cap is held by, and what
-- has changed since the coarser buckets were made.
create table usage_windows (
  tenant_id text not null,
  bucket timestamptz not null,
  series int not null,
  quarter_dirty boolean not null,
  day_dirty boolean not null,
  primary key (tenant_id, bucket)
);
create index usage_windows_quarter_dirty on usage_windows (bucket) where quarter_dirty;
create index usage_windows_day_dirty on usage_windows (bucket) where day_dirty;

-- Minutes are held from this day on; what comes later for a day before it is booked into the coarser buckets alone.
create table usage_horizon (
  singleton boolean primary key default true check (singleton),
  minutes_from date not null
);
insert into usage_horizon (minutes_from) values ('1970-01-01');

-- Adds two histograms exactly, bucket by bucket.
create function merge_latency(
  buckets_a int[], counts_a bigint[], buckets_b int[], counts_b bigint[], out buckets int[], out counts bigint[])
language sql immutable parallel safe as $$
  select coalesce(array_agg(bucket order by bucket), '{}'), coalesce(array_agg(n order by bucket), '{}')
  from (
    select bucket, sum(n)::bigint as n
    from (select * from unnest(buckets_a, counts_a) union all select * from unnest(buckets_b, counts_b)) both_of (bucket, n)
    group by bucket) merged
$$;

-- Adds two objects of numbers, name by name.
create function merge_measures(a jsonb, b jsonb) returns jsonb
language sql immutable parallel safe as $$
  select case when a is null then b when b is null then a else (
    select jsonb_object_agg(name, value) from (
      select name, sum(value::numeric) as value
      from (select * from jsonb_each_text(a) union all select * from jsonb_each_text(b)) both_of (name, value)
      group by name) merged) end
$$;

grant execute on function merge_latency(int[], bigint[], int[], bigint[]), merge_measures(jsonb, jsonb) to masthead_ingest;

do $$
declare
  name text;
begin
  foreach name in array array['usage_series', 'usage_dimension_names', 'usage_minute', 'usage_quarter', 'usage_day', 'usage_windows'] loop
    execute format('alter table %I enable row level security', name);
    execute format($policy$
      create policy %I on %I for select to masthead_app using (
        case when (select current_setting('app.scope', true)) = 'fleet' then true
        else tenant_id = (select nullif(current_setting('app.tenant_id', true), '')) end)$policy$, name || '_read', name);
    execute format('create policy %I on %I to masthead_ingest using (true) with check (true)', name || '_write', name);
    execute format('grant select on %I to masthead_app', name);
    execute format('grant select, insert, update, delete on %I to masthead_ingest', name);
  end loop;
end
$$;
grant select on usage_horizon to masthead_app;
grant select, update on usage_horizon to masthead_ingest;

-- For queries over the fleet, which name no tenant.
create index usage_minute_by_time on usage_minute (bucket);
create index usage_quarter_by_time on usage_quarter (bucket);
create index usage_day_by_time on usage_day (bucket);
