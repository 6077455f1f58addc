import type { Database } from "@masthead/api/platform/db/database";

/** What each summary keeps of a series, as columns of its own: written down once more here, so that none loses or gains a column unnoticed. */
const KEPT = {
  tenant: "report, role",
  consumer: "report, role, consumer",
  endpoint: "policy_name, report, role, service_name, template, method, status, dimensions",
};
const HELD = {
  usage_quarter: ["tenant"],
  usage_day: ["tenant", "consumer", "endpoint"],
  usage_month: ["tenant", "consumer", "endpoint"],
} as const;

/**
 * What summaries say that the rows of their level do not, or the other way around: counts, measures, latency by bucket and the registers of
 * consumers' sketches, and the number of rows. Buckets that are marked are left out.
 */
export const wrongSummaries = async (owner: Database): Promise<unknown[]> => {
  const wrong: unknown[] = [];
  for (const [table, grains] of Object.entries(HELD))
    for (const grain of grains) {
      const marked = `exists (select from usage_dirty d where d.tenant_id = u.tenant_id and d.bucket = u.bucket
        and 'usage_' || d.level in ('${table}', '${table}_summary'))`;
      // The rows of a level have what is kept from their series, those of a summary themselves.
      const said = (from: string, series: string) => `
        select tenant_id, bucket, key, what, case when what like 'register %' then max(value) else sum(value) end as value
        from (
          select u.*, jsonb_build_array(${KEPT[grain]})::text as key
          from ${from} u ${series}
          where not ${marked}) u,
        lateral (
          select 'requests' as what, requests::numeric as value union all select 'errors', errors
          union all select 'request bytes', request_bytes union all select 'response bytes', response_bytes
          union all select 'measure ' || name, number::numeric from jsonb_each_text(measures) m (name, number)
          union all select 'latency ' || b, n from unnest(latency_buckets, latency_counts) l (b, n)
          union all select 'register ' || (entry >> 6), entry & 63 from unnest(consumers) entry where '${grain}' = 'consumer') said
        group by 1, 2, 3, 4`;
      const series = `join (select tenant_id as of, series_id as id, ${KEPT[grain]} from usage_series) s
        on s.of = u.tenant_id and s.id = u.series_id`;
      const summary = `(select * from ${table}_summary where grain = '${grain}')`;
      const rows = await owner.sql.unsafe(
        `select '${table}' as level, '${grain}' as grain, * from (${said(table, series)}) series
        full join (${said(summary, "")}) summary using (tenant_id, bucket, key, what)
        where series.value is distinct from summary.value`,
      );
      const twice = await owner.sql.unsafe(
        `select '${table}' as level, '${grain}' as grain, tenant_id, bucket, count(*) as rows from ${summary} u
        where not ${marked} group by tenant_id, bucket, ${KEPT[grain]} having count(*) > 1`,
      );
      wrong.push(...rows, ...twice);
    }
  return wrong;
};
