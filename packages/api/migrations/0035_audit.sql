-- Who changed what: append-only, each entry bound to the one before by its hash. `detail` is json and not jsonb, so that it comes
-- back as it was hashed.
create table audit_log (
  seq bigint primary key check (seq > 0),
  at_us bigint not null,
  actor_id text not null check (char_length(actor_id) between 1 and 128),
  actor_name text not null check (char_length(actor_name) <= 128),
  action text not null check (char_length(action) between 1 and 64),
  subject text not null check (char_length(subject) between 1 and 512),
  detail json not null,
  previous_hash bytea not null check (octet_length(previous_hash) = 32),
  hash bytea not null check (octet_length(hash) = 32)
);
comment on column audit_log.hash is 'SHA-256 over the canonical JSON of the entry, the hash before included';

-- The end of the chain. Whoever appends locks it, so that entries have one order, and one that is gone from the end is missed.
create table audit_head (
  singleton boolean primary key default true check (singleton),
  seq bigint not null,
  hash bytea not null
);
insert into audit_head (seq, hash) values (0, decode(repeat('00', 32), 'hex'));

-- Grants hold the product's roles; this holds whoever has more, until they take it away on purpose.
create function refuse_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end
$$;
create trigger audit_log_append_only before update or delete or truncate on audit_log
  for each statement execute function refuse_change();
create trigger audit_head_stays before delete or truncate on audit_head
  for each statement execute function refuse_change();

do $$
declare
  name text;
begin
  foreach name in array array['audit_log', 'audit_head'] loop
    execute format('alter table %I enable row level security', name);
    execute format($policy$create policy %I on %I to masthead_app
      using ((select current_setting('app.scope', true)) = 'fleet')
      with check ((select current_setting('app.scope', true)) = 'fleet')$policy$, name || '_fleet', name);
  end loop;
end
$$;
grant select, insert on audit_log to masthead_app;
grant select, update (seq, hash) on audit_head to masthead_app;
