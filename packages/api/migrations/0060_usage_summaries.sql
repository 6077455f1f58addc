-- Rows of a level added up by what most questions ask for: without hosts and agents, and consumers apart from endpoints, there are fewer by far (decision 0036).
-- `series_id` names the first of the series that a row adds up: of it hold the columns that the grain keeps, and no others.
create table usage_quarter_summary (
  grain text not null,
  like usage_minute including constraints,
  primary key (tenant_id, grain, bucket, series_id)
) partition by range (bucket);
create table usage_day_summary (
  grain text not null,
  like usage_minute including constraints,
  primary key (tenant_id, grain, bucket, series_id)
);
create table usage_month_summary (like usage_day_summary including constraints, primary key (tenant_id, grain, bucket, series_id));
insert into partitioned_tables values ('usage_quarter_summary', 'month');

-- `…_summary`: the summaries of a level's bucket are older than its rows.
alter table usage_dirty drop constraint usage_dirty_level_check;
alter table usage_dirty add constraint usage_dirty_level_check
  check (level in ('quarter', 'quarter_summary', 'day', 'day_summary', 'month', 'month_summary'));

-- Whoever takes the mark of a bucket's rows owes their summaries. A drain of the version before, which knows of none, leaves them
-- marked so; one that makes them takes this mark, too, in the same transaction, and waits here for whoever holds it.
create function owe_summaries() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into public.usage_dirty (tenant_id, level, bucket)
  select tenant_id, level || '_summary', bucket from gone where level in ('quarter', 'day', 'month')
  order by tenant_id collate "C", level, bucket
  on conflict do nothing;
  return null;
end
$$;
create trigger usage_dirty_owes_summaries after delete on usage_dirty
  referencing old table as gone for each statement execute function owe_summaries();

do $$
declare
  name text;
begin
  foreach name in array array['usage_quarter_summary', 'usage_day_summary', 'usage_month_summary'] loop
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
create index usage_quarter_summary_by_time on usage_quarter_summary (grain, bucket);
create index usage_day_summary_by_time on usage_day_summary (grain, bucket);
create index usage_month_summary_by_time on usage_month_summary (grain, bucket);
