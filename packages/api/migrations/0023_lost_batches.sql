-- Batches that their agent says will never come: settled, so that the seqs after them are not held up.
alter table batches drop constraint batches_outcome_check;
alter table batches add constraint batches_outcome_check check (outcome in ('committed', 'refused', 'lost'));

alter table epochs add column reported_seq bigint not null default 0;
comment on column epochs.reported_seq is 'the newest account''s `batched` counts the batches up to it';

-- One row a batch that is lost for good, lost ones and refused ones alike. Never forgotten: it is a part of the ledger.
create table lost_batches (
  agent_id text not null,
  epoch bigint not null,
  seq bigint not null,
  exchanges bigint not null,
  stage text not null,
  reason text not null,
  reported_by bigint not null,
  reported_at timestamptz not null,
  primary key (agent_id, epoch, seq)
);
comment on column lost_batches.reported_by is 'the oldest epoch that told of it; where it is its own, that epoch''s account has it already';

-- As before, and with what later runs found to be lost. What the newest account had counted as batched moves to lost; what
-- it had not is taken from its pending, and beyond that was captured after it.
create or replace view ledger with (security_invoker = true) as
select e.agent_id, e.epoch, e.reported_at,
  e.captured + greatest(later.unreported - e.pending, 0) as captured,
  l.lost + later.reported + later.unreported as lost,
  e.stored + e.counted_only + e.set_aside as committed,
  e.stored, e.counted_only, e.set_aside,
  greatest(e.pending - later.unreported, 0) + e.batched - later.reported
    - (e.stored + e.counted_only + e.set_aside) as pending,
  e.captured - l.lost - e.batched - e.pending as imbalance,
  e.final,
  not e.final and n.epoch is not null as ended_without_report,
  case when not e.final and n.epoch is not null then coalesce(e.complete_until, e.first_seen_at) end as unknown_from,
  case when not e.final and n.epoch is not null then
    greatest(to_timestamp(n.epoch / 1000.0), coalesce(e.complete_until, e.first_seen_at)) end as unknown_until,
  e.batched - later.reported - (e.stored + e.counted_only + e.set_aside) as undelivered
from epochs e
cross join lateral (
  select coalesce(sum(lost), 0)::bigint as lost from epoch_losses
  where agent_id = e.agent_id and epoch = e.epoch) l
cross join lateral (
  select coalesce(sum(exchanges) filter (where seq <= e.reported_seq), 0)::bigint as reported,
    coalesce(sum(exchanges) filter (where seq > e.reported_seq), 0)::bigint as unreported
  from lost_batches where agent_id = e.agent_id and epoch = e.epoch and reported_by > e.epoch) later
left join lateral (
  select min(n.epoch) as epoch from epochs n where n.agent_id = e.agent_id and n.epoch > e.epoch) n on true;

create or replace view ledger_losses with (security_invoker = true) as
select agent_id, epoch, stage, reason, sum(lost)::bigint as lost, null::timestamptz as lost_from,
  null::timestamptz as lost_until
from (
  select agent_id, epoch, stage, reason, lost from epoch_losses
  union all
  select agent_id, epoch, stage, reason, exchanges from lost_batches where reported_by > epoch) known
group by agent_id, epoch, stage, reason having sum(lost) > 0
union all
select agent_id, epoch, 'agent', 'epoch_ended', null, unknown_from, unknown_until
from ledger where ended_without_report;

-- When losses came to be known.
create view loss_times with (security_invoker = true) as
select agent_id, epoch, stage, reason, minute, lost from loss_minutes
union all
select agent_id, epoch, stage, reason, date_trunc('minute', reported_at), exchanges from lost_batches
where reported_by > epoch;

grant select on lost_batches, loss_times to masthead_app;
grant select, insert, update, delete on lost_batches to masthead_ingest;
grant select on loss_times to masthead_ingest;
