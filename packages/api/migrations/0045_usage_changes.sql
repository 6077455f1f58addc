-- Of which days reports are due: those whose usage changed since the day's and the month's report was taken up. Whoever books
-- usage holds the rows that are due already with a lock that others of its kind share, and writes only those that are not;
-- whoever seals takes them alone, so that no change falls between a report and its mark.
create table usage_changes (
  tenant_id text not null,
  day date not null,
  day_due boolean not null,
  month_due boolean not null,
  primary key (tenant_id, day)
);
create index usage_changes_day_due on usage_changes (day, tenant_id) where day_due;
create index usage_changes_month_due on usage_changes (day, tenant_id) where month_due;


insert into usage_changes (tenant_id, day, day_due, month_due)
select tenant_id, (bucket at time zone 'UTC')::date, true, true from usage_windows
union
select tenant_id, (bucket at time zone 'UTC')::date, true, true from usage_quarter
union
select tenant_id, (bucket at time zone 'UTC')::date, true, true from usage_day;

-- Reports whose days were taken, to be sealed in a snapshot of a later transaction: it then sees all that had been booked.
create table owed_reports (
  tenant_id text not null,
  period text not null,
  primary key (tenant_id, period)
);
create index owed_reports_by_period on owed_reports (period, tenant_id);

do $$
declare
  name text;
begin
  foreach name in array array['usage_changes', 'owed_reports'] loop
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
