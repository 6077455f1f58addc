-- The fleet's one counter: every change or deletion of any policy takes the next number (promise newest-revision-wins).
create table policy_counter (
  singleton boolean primary key default true check (singleton),
  revision bigint not null check (revision >= 0)
);
insert into policy_counter (revision) values (0);

-- One row a name, for ever: a deleted policy keeps its row as a tombstone, without a document. `json` and not `jsonb`, so
-- that a document comes back byte for byte.
create table policies (
  name text primary key check (char_length(name) between 1 and 128),
  revision bigint not null unique,
  document json,
  created_at_us bigint not null,
  changed_at_us bigint not null,
  changed_by text not null
);

-- Every revision there ever was, for whoever asks who allowed what and when.
create table policy_history (
  revision bigint primary key,
  name text not null,
  document json,
  changed_at_us bigint not null,
  changed_by text not null
);

grant select on policy_counter, policies, policy_history to masthead_app, masthead_ingest;
grant update (revision) on policy_counter to masthead_app;
grant insert, update on policies to masthead_app;
grant insert on policy_history to masthead_app;
