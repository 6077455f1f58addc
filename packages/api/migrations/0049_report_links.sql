-- Which links to a tenant's reports are good: those that were signed for the number that stands here. Without a row it is 0.
create table report_links (
  tenant_id text primary key,
  generation int not null,
  changed_at_us bigint not null
);
alter table report_links enable row level security;
create policy report_links_own on report_links to masthead_app
  using (case when (select current_setting('app.scope', true)) = 'fleet' then true
    else tenant_id = (select nullif(current_setting('app.tenant_id', true), '')) end)
  with check ((select current_setting('app.scope', true)) = 'fleet');
grant select, insert, update on report_links to masthead_app;
