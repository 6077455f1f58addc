import { ensureUsagePartitions, readUsage } from "@masthead/api/features/usage/index";
import { answerUsage } from "@masthead/api/features/usage/usage-page.service";
import { AS_DOCUMENT } from "@masthead/api/features/usage/usage-question.rules";
import { FLEET } from "@masthead/api/platform/db/scope";
import { parseUsageQuery } from "@masthead/shared/http/parse-usage-query";
import { expect, test } from "vitest";
import { startTestDatabase } from "./support/database.js";

test("scratch", async () => {
  void readUsage;
  const server = await startTestDatabase();
  const owner = server.open("owner");
  const ingest = server.open("ingest");
  const days = Array.from({ length: 33 }, (_, i) =>
    new Date(Date.UTC(2026, 4, 31 + i)).toISOString().slice(0, 10),
  );
  await ensureUsagePartitions(ingest, days);
  // 200 tenants, skewed: 10,000 series; days 31
  await owner.sql`
    insert into usage_series (tenant_id, series_id, policy_name, report, role, service_name, host_name, agent_id, template, method, status, consumer)
    select 't' || t, md5(t || ' ' || n)::uuid, 'default', true, 'server', 's' || n % 5, 'h', 'a' || n % 3, '/v' || n % 20, case n % 2 when 0 then 'GET' else 'POST' end,
      (array[200,200,404,500])[1 + n % 4], 'fp:0123abcd:' || md5((n % 7)::text || t)
    from generate_series(1, 200) t, lateral generate_series(1, (2000 / t) + 10) n`;
  const fill = async (table: string, step: string, share: number) => {
    await owner.sql`
      insert into ${owner.sql(table)} (tenant_id, bucket, series_id, requests, errors, request_bytes, response_bytes, measures, latency_buckets, latency_counts)
      select tenant_id, b, series_id, 32, 1, 1000, 2000, case when tenant_id < 't15' then '{"x-tokens": 5}'::jsonb end,
        array(select (300 + (x * 7 + length(template)) % 200)::int from generate_series(1, 20) x order by 1), array(select 2::bigint from generate_series(1, 20))
      from usage_series, generate_series('2026-06-01'::timestamptz, '2026-07-01'::timestamptz - ${step}::interval, ${step}::interval) b
      where ${share}::float8 >= 1 or random() < ${share}::float8`;
  };
  await fill("usage_month", "30 days", 1);
  await fill("usage_day", "1 day", 1);
  await fill("usage_quarter", "15 minutes", 0.01);
  if (process.env.ANALYZE) await owner.sql`analyze`;
  console.log(
    await owner.sql`select (select count(*) from usage_series) s, (select count(*) from usage_day) d, (select count(*) from usage_quarter) q`,
  );
  const app = server.open("app");
  const at = (t: string) => Date.parse(t) * 1000;
  const run = async (name: string, input: Record<string, unknown>) => {
    if (process.env.ONLY && !process.env.ONLY.split(",").includes(name)) return;
    const parsed = parseUsageQuery(input);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
    const range = { fromUs: at(input["from"] as string), toUs: at(input["to"] as string) };
    const times: number[] = [];
    for (let i = 0; i < 3; i++) {
      const started = performance.now();
      await app.transaction(
        FLEET,
        async ({ sql }) => {
          const wrap = new Proxy(sql, {
            apply(
              target,
              self,
              [strings, ...args]: [TemplateStringsArray & { raw: string[] }, ...unknown[]],
            ) {
              if (!Array.isArray(strings)) return Reflect.apply(target, self, [strings, ...args]);
              if (process.env.EXPLAIN === name && i === 2 && strings[0]?.includes("with usage as not")) {
                const copy = [...strings] as unknown as TemplateStringsArray & { raw: readonly string[] };
                (copy as unknown as string[])[0] = `explain (analyze) ${strings[0]}`;
                (copy as { raw: readonly string[] }).raw = copy;
                return (
                  Reflect.apply(target, self, [copy, ...args]) as Promise<{ "QUERY PLAN": string }[]>
                ).then((rows) => {
                  console.log(rows.map((row) => row["QUERY PLAN"]).join("\n"));
                  return [];
                });
              }
              return Reflect.apply(target, self, [strings, ...args]);
            },
          });
          await answerUsage(wrap as never, FLEET, { query: parsed.query, asked: AS_DOCUMENT, range });
        },
        "read only",
      );
      times.push(Math.round(performance.now() - started));
    }
    console.log(name, times.join(" "), "ms");
  };
  const month = { from: "2026-06-01T00:00:00Z", to: "2026-07-01T00:00:00Z" };
  const odd = { from: "2026-06-01T05:30:00Z", to: "2026-06-29T05:30:00Z" };
  const top = { groupBy: ["tenant.id"], top: { n: 10 } };
  await run("month-top-sums", { ...month, ...top, include: [], measures: [] });
  await run("month-top-measures", { ...month, ...top, include: [] });
  await run("month-top-default", { ...month, ...top });
  await run("odd-top-sums", { ...odd, ...top, include: [], measures: [] });
  await run("odd-top-measures", { ...odd, ...top, include: [] });
  await run("odd-top-default", { ...odd, ...top });
  await run("odd-days-default", { ...odd, window: "day", groupBy: ["tenant.id"], limit: 10000 });
  await run("kolkata-days", {
    ...odd,
    window: "day",
    timeZone: "Asia/Kolkata",
    groupBy: ["tenant.id"],
    limit: 10000,
    include: [],
    measures: [],
  });
  await run("one-tenant-odd-days", {
    ...odd,
    window: "day",
    groupBy: ["url.template"],
    limit: 10000,
    filter: { dimension: "tenant.id", eq: "t3" },
  });
  await run("odd-uniques", {
    ...odd,
    groupBy: ["tenant.id"],
    include: ["uniqueConsumers"],
    measures: [],
    top: { n: 10 },
  });
  expect(1).toBe(1);
  await server.stop();
}, 400000);
