-- Where sealed reports are sent. What a destination keeps secret is encrypted with a key of the control plane that is not in this
-- database. One that is deleted stays without its secrets, since deliveries name it.
create table destinations (
  id text primary key check (id ~ '^dst_[0-9a-f]{16}$'),
  name text not null check (char_length(name) between 1 and 128),
  kind text not null check (kind in ('webhook', 'bucket', 'folder')),
  only_tenant text check (char_length(only_tenant) between 1 and 128),
  forms text[] not null check (cardinality(forms) between 1 and 8),
  periods text[] not null check (periods <@ array['day', 'month']),
  statuses text[] not null check (statuses <@ array['sealed', 'restated']),
  enabled boolean not null,
  settings json not null,
  secrets bytea,
  revision int not null,
  created_at_us bigint not null,
  changed_at_us bigint not null,
  deleted_at_us bigint
);
comment on column destinations.only_tenant is 'null: reports of all tenants';
comment on column destinations.secrets is 'AES-256-GCM: version, nonce, ciphertext; bound to the id';

alter table destinations enable row level security;
create policy destinations_fleet on destinations to masthead_app
  using ((select current_setting('app.scope', true)) = 'fleet')
  with check ((select current_setting('app.scope', true)) = 'fleet');
create policy destinations_sending on destinations for select to masthead_ingest using (true);
grant select, insert, update on destinations to masthead_app;
grant select on destinations to masthead_ingest;
