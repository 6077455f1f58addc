-- Promise closed-is-closed: a sealed report is these bytes, for ever. Late data makes the next version.
create table sealed_reports (
  tenant_id text not null,
  period text not null check (period ~ '^\d{4}-\d{2}(-\d{2})?$'),
  version int not null check (version >= 1),
  document bytea not null,
  sha256 bytea not null check (sha256 = sha256(document)),
  sealed_at_us bigint not null,
  primary key (tenant_id, period, version)
);
comment on column sealed_reports.document is 'canonical JSON (RFC 8785) in UTF-8';

-- Grants hold the product's roles; this holds whoever has more.
create function refuse_report_change() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'a sealed report never changes' using errcode = 'restrict_violation';
end
$$;
create trigger sealed_reports_stay before update or delete or truncate on sealed_reports
  for each statement execute function refuse_report_change();

alter table sealed_reports enable row level security;
create policy sealed_reports_read on sealed_reports for select to masthead_app using (
  case when (select current_setting('app.scope', true)) = 'fleet' then true
  else tenant_id = (select nullif(current_setting('app.tenant_id', true), '')) end);
create policy sealed_reports_write on sealed_reports to masthead_ingest using (true) with check (true);
grant select on sealed_reports to masthead_app;
grant select, insert on sealed_reports to masthead_ingest;

-- Sealing asks the ledger, as reports do.
grant select on ledger, ledger_losses to masthead_ingest;
