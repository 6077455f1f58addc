-- Who called, by the fingerprint of the credential; null: unknown; `__other__`: one of the bucket's `consumers`.
alter table usage_series add column consumer text;

-- Of series whose consumer is `__other__`: a sketch of the consumers counted there (HyperLogLog, decision 0026).
alter table usage_minute add column consumers int[];
alter table usage_day add column consumers int[];
comment on column usage_minute.consumers is 'a register an entry, ascending: register * 64 + rank; null: none';

-- Merges two sketches exactly: the larger rank of each register.
create function merge_consumers(a int[], b int[]) returns int[]
language sql immutable parallel safe as $$
  select case when a is null then b when b is null then a else (
    select array_agg(entry order by entry) from (
      select max(entry) as entry
      from (select * from unnest(a) union all select * from unnest(b)) both_of (entry)
      group by entry >> 6) merged) end
$$;
grant execute on function merge_consumers(int[], int[]) to masthead_ingest, masthead_app;

-- Partitions of days and of months (UTC), each named by its first day.
alter table partitioned_tables add column span text not null default 'day' check (span in ('day', 'month'));

create or replace function ensure_partition(parent text, day date) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  span text;
  first date;
  past date;
  partition text;
begin
  select t.span into span from public.partitioned_tables t where t.name = parent;
  if not found then
    raise exception 'not a partitioned table: %', parent using errcode = 'invalid_parameter_value';
  end if;
  first := date_trunc(span, day::timestamp)::date;
  past := (first + ('1 ' || span)::interval)::date;
  partition := parent || '_' || to_char(first, 'YYYYMMDD');
  if to_regclass('public.' || quote_ident(partition)) is not null then
    return false;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('masthead partitions', 0));
  -- By a query and not by to_regclass: names are cached, and waiting for this lock does not refresh the cache.
  if exists (select from pg_class c where c.relnamespace = 'public'::regnamespace and c.relname = partition) then
    return false;
  end if;
  -- Made apart and then attached: that lock lets inserts into the parent go on.
  execute format('create table public.%I (like public.%I including defaults including constraints)', partition, parent);
  execute format('alter table public.%I enable row level security', partition);
  execute format('alter table public.%I attach partition public.%I for values from (%L) to (%L)', parent, partition,
    first::timestamp at time zone 'UTC', past::timestamp at time zone 'UTC');
  return true;
end
$$;

-- Drops the partitions that end by `before`; returns their first days.
create or replace function drop_partitions(parent text, before date) returns setof date
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  span text;
  child record;
begin
  select t.span into span from public.partitioned_tables t where t.name = parent;
  if not found then
    raise exception 'not a partitioned table: %', parent using errcode = 'invalid_parameter_value';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('masthead partitions', 0));
  for child in
    select c.relname as name, to_date(right(c.relname, 8), 'YYYYMMDD') as day
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = ('public.' || quote_ident(parent))::regclass
  loop
    if child.day + ('1 ' || span)::interval <= before then
      execute format('drop table public.%I', child.name);
      return next child.day;
    end if;
  end loop;
end
$$;

-- Quarter-hours are dropped by the month, the windows of minutes with their minutes. Rows that are there move over.
alter table usage_quarter rename to usage_quarter_whole;
alter table usage_windows rename to usage_windows_whole;
alter index usage_quarter_pkey rename to usage_quarter_whole_pkey;
alter index usage_windows_pkey rename to usage_windows_whole_pkey;

create table usage_quarter (like usage_minute including constraints, primary key (tenant_id, bucket, series_id))
  partition by range (bucket);
create table usage_month (like usage_minute including constraints, primary key (tenant_id, bucket, series_id));
insert into partitioned_tables values ('usage_quarter', 'month'), ('usage_windows', 'day');

-- Minutes of a tenant that hold usage: the lock that drains take in order, and the count that the cap is held by.
create table usage_windows (
  tenant_id text not null,
  bucket timestamptz not null,
  series int not null,
  primary key (tenant_id, bucket)
) partition by range (bucket);

-- Coarser buckets that are older than what they are made from. Whoever changes a bucket marks those that hold it, at all coarser levels,
-- in the same transaction; so a bucket without a mark is up to date, and can be read instead of the finer ones.
create table usage_dirty (
  tenant_id text not null,
  level text not null check (level in ('quarter', 'day', 'month')),
  bucket timestamptz not null,
  primary key (tenant_id, level, bucket)
);
create index usage_dirty_by_time on usage_dirty (level, bucket);

-- Each level is held from this day on (UTC). What comes later for a time before it goes into the finest level that is held.
alter table usage_horizon
  add column quarters_from date not null default '1970-01-01',
  add column days_from date not null default '1970-01-01',
  add column months_from date not null default '1970-01-01';
comment on column usage_horizon.quarters_from is 'first of a month, as days_from and months_from: a month is held whole or not at all';

select ensure_partition('usage_quarter', d) from (
  select distinct (bucket at time zone 'UTC')::date as d from usage_quarter_whole) days;
select ensure_partition('usage_windows', d) from (
  select distinct (bucket at time zone 'UTC')::date as d from usage_windows_whole) days;
insert into usage_quarter select *, null from usage_quarter_whole;
insert into usage_windows select tenant_id, bucket, series from usage_windows_whole;
insert into usage_dirty (tenant_id, level, bucket)
  select tenant_id, 'quarter', date_bin('15 minutes', bucket, 'epoch') from usage_windows_whole where quarter_dirty
  union
  select tenant_id, 'day', date_trunc('day', bucket, 'UTC') from usage_windows_whole where quarter_dirty or day_dirty
  union
  select tenant_id, 'month', date_trunc('month', bucket, 'UTC') from usage_windows_whole
  union
  select tenant_id, 'month', date_trunc('month', bucket, 'UTC') from usage_day;
drop table usage_quarter_whole, usage_windows_whole;

do $$
declare
  name text;
begin
  foreach name in array array['usage_quarter', 'usage_month', 'usage_windows', 'usage_dirty'] loop
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

-- For queries over the fleet, which name no tenant.
create index usage_quarter_by_time on usage_quarter (bucket);
create index usage_month_by_time on usage_month (bucket);
