-- When a run began to capture. Between a killed run's last account and that time nobody can say what passed.
alter table epochs add column capturing_since timestamptz;
update epochs set capturing_since = to_timestamp(epoch / 1000.0);
comment on column epochs.capturing_since is 'its probes stood and a first policy was in force; null: not yet, or not known';

-- As before, but for where the unknown time of a run ends: where a later one began to capture, which need not be the next.
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
    greatest(to_timestamp(n.epoch / 1000.0), n.capturing_since, e.complete_until,
      case when e.complete_until is null then e.first_seen_at end) end as unknown_until,
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
  select min(n.epoch) as epoch, min(n.capturing_since) as capturing_since from epochs n
  where n.agent_id = e.agent_id and n.epoch > e.epoch) n on true;
