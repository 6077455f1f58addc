-- What was counted under a fingerprint before it was registered, on its way to its tenant: day by day, from the newest to
-- the oldest, each in one transaction.
create table tenant_moves (
  tenant_id text not null,
  fingerprint text not null,
  started_at_us bigint not null,
  finished_at_us bigint,
  newest_day date,
  next_day date,
  oldest_day date,
  requests bigint not null default 0,
  exchanges bigint not null default 0,
  primary key (tenant_id, fingerprint)
);
comment on column tenant_moves.next_day is 'where it goes on; null with finished_at_us null: it has not begun';
comment on column tenant_moves.requests is 'moved so far, in the server role';
create index tenant_moves_under_way on tenant_moves (next_day) where finished_at_us is null;

-- How requests (in the server role) came to be a tenant's, where it was not the agent that found it.
create table tenant_attributions (
  tenant_id text not null,
  day date not null,
  fingerprint text not null,
  how text not null check (how in ('ingest', 'move')),
  requests bigint not null,
  primary key (tenant_id, day, fingerprint, how)
);

-- Who called, by the fingerprint of the credential: what an exchange of nobody known is found by later.
alter table exchanges add column consumer text;

do $$
declare
  name text;
begin
  foreach name in array array['tenant_moves', 'tenant_attributions'] loop
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
create policy tenant_moves_change on tenant_moves to masthead_app
  using ((select current_setting('app.scope', true)) = 'fleet')
  with check ((select current_setting('app.scope', true)) = 'fleet');
grant insert, delete on tenant_moves to masthead_app;

-- Whoever drains moves exchanges, too.
create policy exchanges_move_read on exchanges for select to masthead_ingest using (true);
create policy exchanges_move_take on exchanges for delete to masthead_ingest using (true);
grant select, delete on exchanges to masthead_ingest;
