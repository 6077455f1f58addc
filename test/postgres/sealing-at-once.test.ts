import { sealReports } from "@masthead/api/features/sealing/index";
import type { SealedTenantReport } from "@masthead/shared/http/sealed-report-schema";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type SealingTest, startSealing } from "./support/sealing.js";

let test: SealingTest;
beforeAll(async () => {
  test = await startSealing("2026-11-23T12:00:00Z");
});
afterAll(() => test?.server.stop());

const read = async (tenant: string) => {
  const response = await test.request("GET", `/v1/tenants/${tenant}/reports/2026-11-22`);
  return (await response.json()) as SealedTenantReport;
};

it("loses no change that is booked while a report is sealed", async () => {
  await test.book("late", "2026-11-22T10:00:00Z");
  const other = test.server.open("ingest");
  let late: Promise<void> | undefined;
  const onSealed = async () => {
    late = test.book("late", "2026-11-22T11:00:00Z", { requests: 10 });
    late.catch(() => {});
  };
  await test.rollUp();

  await sealReports(test.sealingDeps({ database: other, onSealed }), 60_000);
  await late;
  await test.seal();
  expect(await read("late")).toMatchObject({ version: 2, totals: { requests: 11 } });
});

it("seals each once where many seal at once, and ends at what was booked meanwhile", async () => {
  const tenants = Array.from({ length: 8 }, (_, n) => `many-${n}`);
  for (const one of tenants) await test.book(one, "2026-11-22T10:00:00Z");
  await test.rollUp();

  const sealers = Array.from({ length: 4 }, () =>
    sealReports(test.sealingDeps({ database: test.server.open("ingest") }), 60_000),
  );
  const bookings = tenants.map((one) => test.book(one, "2026-11-22T12:00:00Z", { requests: 2 }));
  const [sealed] = await Promise.all([Promise.all(sealers), Promise.all(bookings)]);
  expect(sealed.reduce((sum, one) => sum + one.failed, 0)).toBe(0);
  await test.seal();
  const rows = await test.owner.sql<{ tenant_id: string; versions: number; newest: number }[]>`
    select tenant_id, count(*) as versions, max(version) as newest from sealed_reports
    where tenant_id like 'many-%' group by 1`;
  expect(rows.map((row) => row.tenant_id).sort()).toEqual(tenants);
  expect(rows.filter((row) => row.versions !== row.newest)).toEqual([]);
  for (const one of tenants) expect((await read(one)).totals.requests).toBe(3);
});
