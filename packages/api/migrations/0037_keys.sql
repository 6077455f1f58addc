-- Keys have a role, a tenant where it is a tenant's, an end, and while they are rotated two secrets.
alter table api_keys drop constraint api_keys_role_check;
alter table api_keys
  add constraint api_keys_role_check check (role in ('admin', 'editor', 'viewer', 'tenant')),
  add column owner_tenant text check (char_length(owner_tenant) between 1 and 128),
  add column scopes text[],
  add column created_by text not null default 'system:host',
  add column expires_at_us bigint,
  add column previous_hash bytea check (octet_length(previous_hash) = 32),
  add column previous_until_us bigint,
  add column last_used_day date,
  add constraint api_keys_tenant check ((role = 'tenant') = (owner_tenant is not null));
comment on column api_keys.scopes is 'permissions that narrow the role; null: all of the role''s';
comment on column api_keys.previous_hash is 'the secret before, let in until previous_until_us';
comment on column api_keys.last_used_day is 'in UTC; no finer, so that it is written once a day and not with each request';
create index api_keys_by_time on api_keys (created_at_us, id);

-- Nobody but the owner reads a hash: not even whoever rotates a key, so the secret before is moved here.
create function keep_previous_hash() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.previous_hash := old.hash;
  return new;
end
$$;
create trigger api_keys_keep_previous before update on api_keys
  for each row when (new.hash is distinct from old.hash) execute function keep_previous_hash();

revoke all on api_keys from masthead_app;
grant select (id, name, role, owner_tenant, scopes, created_at_us, created_by, expires_at_us, revoked_at_us,
  previous_until_us, last_used_day) on api_keys to masthead_app;
grant insert (id, hash, name, role, owner_tenant, scopes, created_at_us, created_by, expires_at_us) on api_keys to masthead_app;
grant update (hash, previous_until_us, revoked_at_us) on api_keys to masthead_app;
alter table api_keys enable row level security;
create policy api_keys_fleet on api_keys to masthead_app
  using ((select current_setting('app.scope', true)) = 'fleet')
  with check ((select current_setting('app.scope', true)) = 'fleet');

-- How often each key asked in the window of time it last asked in. What a crash loses of it is nobody's loss, so it is not logged.
create unlogged table key_requests (
  key_id text primary key,
  window_number bigint not null,
  requests int not null
) with (fillfactor = 50);
alter table key_requests enable row level security;

-- Who holds a key, and the how-manieth request of its window this is: one call for a request, whatever it asks. Whoever does not
-- know the key learns nothing; no scope is needed, since none is known yet.
create function authenticate_key(key_id text, key_hash bytea, at_us bigint, window_us bigint)
returns table (name text, role text, tenant text, scopes text[], requests int)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  held public.api_keys;
  this_window bigint := at_us / window_us;
  today date := (to_timestamp(at_us / 1000000) at time zone 'UTC')::date;
  counted int;
begin
  select * into held from public.api_keys k
  where k.id = key_id and k.revoked_at_us is null and (k.expires_at_us is null or k.expires_at_us > at_us)
    and (k.hash = key_hash or (k.previous_hash = key_hash and k.previous_until_us > at_us));
  if not found then
    return;
  end if;
  insert into public.key_requests as r (key_id, window_number, requests) values (key_id, this_window, 1)
  on conflict on constraint key_requests_pkey do update set
    requests = case when r.window_number = excluded.window_number then r.requests + 1 else 1 end,
    window_number = excluded.window_number
  returning r.requests into counted;
  if held.last_used_day is distinct from today then
    update public.api_keys k set last_used_day = today
    where k.id = held.id and k.last_used_day is distinct from today;
  end if;
  return query select held.name, held.role, held.owner_tenant, held.scopes, counted;
end
$$;
grant execute on function authenticate_key(text, bytea, bigint, bigint) to masthead_app;
