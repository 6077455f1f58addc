-- Which reports are owed: a tenant's days whose usage changed since their day's and their month's report was sealed. Whoever books
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
select tenant_id, (bucket at time zone 'UTC')::date, true, true from usage_quarter;

alter table usage_changes enable row level security;
create policy usage_changes_read on usage_changes for select to masthead_app using (
  case when (select current_setting('app.scope', true)) = 'fleet' then true
  else tenant_id = (select nullif(current_setting('app.tenant_id', true), '')) end);
create policy usage_changes_write on usage_changes to masthead_ingest using (true) with check (true);
grant select on usage_changes to masthead_app;
grant select, insert, update on usage_changes to masthead_ingest;
