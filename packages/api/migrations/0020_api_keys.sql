-- Keys of the REST API. The key itself is never stored: `hash` is its SHA-256.
create table api_keys (
  id text primary key check (id ~ '^[0-9a-f]{16}$'),
  hash bytea not null check (octet_length(hash) = 32),
  name text not null check (char_length(name) between 1 and 128),
  role text not null check (role in ('admin')),
  created_at_us bigint not null,
  revoked_at_us bigint
);

grant select, insert on api_keys to masthead_app;
grant update (revoked_at_us) on api_keys to masthead_app;
