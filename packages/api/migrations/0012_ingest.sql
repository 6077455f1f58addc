-- One row a batch that was settled: the gate against counting twice (promise counted-once).
create table batches (
  agent_id text not null,
  epoch bigint not null,
  seq bigint not null,
  id bigint generated always as identity,
  payload_hash bytea not null,
  outcome text not null check (outcome in ('committed', 'refused')),
  created_at timestamptz,
  complete_until timestamptz,
  received_at timestamptz not null default now(),
  stored bigint not null default 0,
  counted_only bigint not null default 0,
  set_aside bigint not null default 0,
  usage_requests bigint not null default 0,
  primary key (agent_id, epoch, seq)
);
comment on column batches.set_aside is 'exchanges of this batch that Postgres refused one by one; they are in set_aside';
comment on column batches.usage_requests is 'what its usage counts; differs from stored + counted_only + set_aside only where the agent is wrong';

-- One row a run of an agent: its own last account, and what was committed of it.
create index batches_refused on batches (agent_id, epoch, seq) where outcome = 'refused';

create table epochs (
  agent_id text not null,
  epoch bigint not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  reported_at timestamptz,
  captured bigint not null default 0,
  batched bigint not null default 0,
  pending bigint not null default 0,
  stored bigint not null default 0,
  counted_only bigint not null default 0,
  set_aside bigint not null default 0,
  contiguous_through bigint not null default 0,
  last_seq bigint not null default 0,
  complete_until timestamptz,
  final boolean not null default false,
  primary key (agent_id, epoch)
);
comment on column epochs.contiguous_through is 'every seq up to it is settled';
comment on column epochs.complete_until is 'every exchange that ended before it is settled';

-- What the agent lost, cumulative in its epoch, and when it came to be known.
create table epoch_losses (
  agent_id text not null,
  epoch bigint not null,
  stage text not null,
  reason text not null,
  lost bigint not null,
  primary key (agent_id, epoch, stage, reason)
);
create table loss_minutes (
  agent_id text not null,
  epoch bigint not null,
  stage text not null,
  reason text not null,
  minute timestamptz not null,
  lost bigint not null,
  primary key (agent_id, epoch, stage, reason, minute)
);
create index loss_minutes_by_time on loss_minutes (minute);

-- What could not be stored, kept so that it can be looked at. Holds what tenants sent, so it is for the fleet alone.
create table set_aside (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('exchange', 'usage', 'batch', 'message', 'heartbeat')),
  reason text not null,
  detail text not null,
  agent_id text not null,
  epoch bigint,
  seq bigint,
  position int,
  exchanges bigint not null,
  received_at timestamptz not null default now(),
  payload bytea not null,
  payload_bytes bigint not null
);
comment on column set_aside.position is 'index in the batch''s exchanges or usage';
comment on column set_aside.exchanges is 'how many exchanges it stands for; 0: unknown';
comment on column set_aside.payload is 'its beginning, as it came: json, or for kind message the bytes';
create index set_aside_by_time on set_aside (received_at desc, id desc);

-- Counts of what went wrong, which outlive the rows above.
create table ingest_counters (
  name text not null,
  reason text not null,
  count bigint not null,
  primary key (name, reason)
);

-- Decision 0002: captured = committed + lost + pending, per agent and epoch, as of the last report.
create view ledger with (security_invoker = true) as
select e.agent_id, e.epoch, e.reported_at, e.captured, l.lost,
  e.stored + e.counted_only + e.set_aside as committed,
  e.stored, e.counted_only, e.set_aside,
  e.pending + e.batched - (e.stored + e.counted_only + e.set_aside) as pending,
  e.captured - l.lost - e.batched - e.pending as imbalance,
  e.final,
  not e.final and n.epoch is not null as ended_without_report,
  case when not e.final and n.epoch is not null then coalesce(e.complete_until, e.first_seen_at) end as unknown_from,
  case when not e.final and n.epoch is not null then
    greatest(to_timestamp(n.epoch / 1000.0), coalesce(e.complete_until, e.first_seen_at)) end as unknown_until
from epochs e
cross join lateral (
  select coalesce(sum(lost), 0)::bigint as lost from epoch_losses
  where agent_id = e.agent_id and epoch = e.epoch) l
left join lateral (
  select min(n.epoch) as epoch from epochs n where n.agent_id = e.agent_id and n.epoch > e.epoch) n on true;

-- Losses by name, with the one that has a time span and no number.
create view ledger_losses with (security_invoker = true) as
select agent_id, epoch, stage, reason, lost, null::timestamptz as lost_from, null::timestamptz as lost_until
from epoch_losses where lost > 0
union all
select agent_id, epoch, 'agent', 'epoch_ended', null, unknown_from, unknown_until
from ledger where ended_without_report;

alter table set_aside enable row level security;
create policy set_aside_read on set_aside for select to masthead_app
  using ((select nullif(current_setting('app.scope', true), '')) = 'fleet');
create policy set_aside_write on set_aside to masthead_ingest using (true) with check (true);

grant select on batches, epochs, epoch_losses, loss_minutes, set_aside, ingest_counters, ledger, ledger_losses
  to masthead_app;
grant select, insert, update, delete on batches, epochs, epoch_losses, loss_minutes, set_aside, ingest_counters
  to masthead_ingest;
