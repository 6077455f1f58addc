-- The registry of tenants: who is known by which credentials. Only fingerprints are held, never a credential.
-- That a fingerprint belongs to one tenant is kept by who registers it, under the registry's lock: an index over
-- fingerprints alone could not be unique where rows are distributed by tenant.
create sequence tenant_revisions;

create table tenants (
  tenant_id text primary key check (char_length(tenant_id) between 1 and 128),
  name text check (char_length(name) between 1 and 256),
  labels jsonb not null,
  revision bigint not null,
  created_at_us bigint not null,
  changed_at_us bigint not null,
  changed_by text not null
);
comment on column tenants.revision is 'of tenant_revisions, so that one that was deleted and made again has another';

create table tenant_fingerprints (
  tenant_id text not null,
  fingerprint text not null check (fingerprint ~ '^fp:[0-9a-f]{8}:[0-9a-f]{32}$'),
  registered_at_us bigint not null,
  primary key (tenant_id, fingerprint)
);
create index tenant_fingerprints_by_fingerprint on tenant_fingerprints (fingerprint);

do $$
declare
  name text;
begin
  foreach name in array array['tenants', 'tenant_fingerprints'] loop
    execute format('alter table %I enable row level security', name);
    execute format($policy$
      create policy %I on %I for select to masthead_app using (
        case when (select current_setting('app.scope', true)) = 'fleet' then true
        else tenant_id = (select nullif(current_setting('app.tenant_id', true), '')) end)$policy$, name || '_read', name);
    execute format($policy$
      create policy %I on %I to masthead_app
        using ((select current_setting('app.scope', true)) = 'fleet')
        with check ((select current_setting('app.scope', true)) = 'fleet')$policy$, name || '_change', name);
    execute format('create policy %I on %I for select to masthead_ingest using (true)', name || '_booking', name);
    execute format('grant select, insert, update, delete on %I to masthead_app', name);
    execute format('grant select on %I to masthead_ingest', name);
  end loop;
end
$$;
grant usage on sequence tenant_revisions to masthead_app;
