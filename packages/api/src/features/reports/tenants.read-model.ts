import type { UnixMicros } from "@masthead/shared/time";
import type { TransactionSql } from "postgres";

/** A tenant and when it was seen: starts of minutes, or of quarter-hours where minutes are no longer held. */
export interface SeenTenant {
  readonly id: string;
  readonly firstSeenUs: UnixMicros;
  readonly lastSeenUs: UnixMicros;
  /** in the server role */
  readonly requests: number;
}

/** Whether anything was ever counted of a tenant. */
export async function wasSeen(sql: TransactionSql, tenant: string): Promise<boolean> {
  const rows = await sql`select from usage_series where tenant_id = ${tenant} limit 1`;
  return rows.length > 0;
}

/**
 * Tenants by id, from behind `after` on. Ids are found by one jump through the index each, since a tenant has many
 * series; requests are added up from the coarsest buckets that are up to date.
 */
export async function readTenants(
  sql: TransactionSql,
  { after = "", limit }: { after?: string | undefined; limit: number },
): Promise<SeenTenant[]> {
  const next = (from: ReturnType<typeof sql>) =>
    sql`(select tenant_id from usage_series where tenant_id > ${from} order by tenant_id limit 1)`;
  const ofPage = sql`tenant_id in (select id from page)`;
  return sql<SeenTenant[]>`
    with recursive ids (id) as (
      select ${next(sql`${after}::text`)}
      union all
      select ${next(sql`ids.id`)} from ids where ids.id is not null),
    page as materialized (select id from ids where id is not null limit ${limit}),
    changed_days as materialized (
      select tenant_id, bucket as day from usage_dirty where ${ofPage} and level = 'day'),
    changed_quarters as materialized (
      select tenant_id, bucket as quarter from usage_dirty where ${ofPage} and level = 'quarter'),
    held as (
      select tenant_id, series_id, requests from usage_day
      where ${ofPage} and (tenant_id, bucket) not in (select * from changed_days)
      union all
      select tenant_id, series_id, requests from changed_days join usage_quarter using (tenant_id)
      where bucket >= day and bucket < day + interval '24 hours'
        and (tenant_id, bucket) not in (select * from changed_quarters)
      union all
      select tenant_id, series_id, requests from changed_quarters join usage_minute using (tenant_id)
      where bucket >= quarter and bucket < quarter + interval '15 minutes'),
    counted as (
      select tenant_id, sum(requests)::bigint as requests
      from held join usage_series s using (tenant_id, series_id) where s.role = 'server' group by tenant_id)
    select t.id,
      (extract(epoch from case when q.first + interval '15 minutes' <= w.first or w.first is null
        then q.first else w.first end) * 1000000)::bigint as "firstSeenUs",
      (extract(epoch from greatest(w.last, q.last)) * 1000000)::bigint as "lastSeenUs",
      coalesce(counted.requests, 0) as requests
    from page t
    cross join lateral (
      select min(bucket) as first, max(bucket) as last from usage_windows where tenant_id = t.id) w
    cross join lateral (
      select min(bucket) as first, max(bucket) as last from usage_quarter where tenant_id = t.id) q
    left join counted on counted.tenant_id = t.id
    order by t.id`;
}
