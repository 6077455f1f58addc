-- Daily partitions (UTC). The roles of the product own nothing, so they make and drop partitions through these two
-- functions, which run as the owner and know only the tables listed here. Partitions carry no grants: one that is read
-- directly would bypass the policies of its parent.
create table partitioned_tables (
  name text primary key
);

create function ensure_partition(parent text, day date) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  partition text := parent || '_' || to_char(day, 'YYYYMMDD');
begin
  if not exists (select from public.partitioned_tables t where t.name = parent) then
    raise exception 'not a partitioned table: %', parent using errcode = 'invalid_parameter_value';
  end if;
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
    day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
  return true;
end
$$;

-- Drops the partitions of days before `before`; returns the days.
create function drop_partitions(parent text, before date) returns setof date
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  child record;
begin
  if not exists (select from public.partitioned_tables t where t.name = parent) then
    raise exception 'not a partitioned table: %', parent using errcode = 'invalid_parameter_value';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('masthead partitions', 0));
  for child in
    select c.relname as name, to_date(right(c.relname, 8), 'YYYYMMDD') as day
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = ('public.' || quote_ident(parent))::regclass
  loop
    if child.day < before then
      execute format('drop table public.%I', child.name);
      return next child.day;
    end if;
  end loop;
end
$$;

grant execute on function ensure_partition(text, date), drop_partitions(text, date) to masthead_ingest;
