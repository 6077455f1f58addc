import { drain } from "@masthead/api/drain";
import { ensureDefaultPolicy } from "@masthead/api/features/policies/index";
import { reconcile } from "@masthead/api/reconcile";
import { agentResourceSchema } from "@masthead/shared/http/agent-resource";
import type { UsageMeta } from "@masthead/shared/http/usage-schema";
import { agentIdSchema } from "@masthead/shared/ids";
import { heartbeatSubject } from "@masthead/shared/subjects";
import { toRfc3339 } from "@masthead/shared/time";
import { COVERAGE_NOTES, COVERAGE_REASONS } from "@masthead/shared/wire/coverage-reasons";
import type { Heartbeat } from "@masthead/shared/wire/heartbeat";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startControlPlane, type TestControlPlane } from "./support/control-plane.js";
import { makeHeartbeat, readGoldenHeartbeat } from "./support/heartbeats.js";

const golden = makeHeartbeat();
let plane: TestControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
  await ensureDefaultPolicy(plane.deps);
  await reconcile(plane.deps);
});
afterAll(() => plane.stop());

/** The app's clock stands still, so the drain has one that runs: from there, however long the tests took before. */
const drainAll = () => {
  const beganMs = performance.now();
  return drain(
    { ...plane.ingestDeps, now: () => plane.clock.nowUs + Math.round(performance.now() - beganMs) * 1_000 },
    { maxMs: 2_000, maxMessages: 100, idleMs: 1_000 },
  );
};
const send = async (agentId: string, changes: Partial<Heartbeat>) => {
  const connection = await plane.connectAs(agentId);
  const heartbeat = makeHeartbeat({
    agentId: agentIdSchema.parse(agentId),
    sentAtUs: plane.clock.nowUs,
    ...changes,
  });
  await connection.jetstream().publish(heartbeatSubject(heartbeat.agentId), JSON.stringify(heartbeat));
};
const read = async (id: string) => {
  const response = await plane.request("GET", `/v1/agents/${id}`);
  expect(response.status).toBe(200);
  return agentResourceSchema.parse(await response.json());
};

/** What this asks of the OpenAPI document. */
interface OpenApi {
  components: {
    schemas: {
      Agent: {
        properties: {
          coverage: { items: { properties: Record<"reason" | "notes", { description: string }> } };
        };
      };
    };
  };
}

describe("agents", () => {
  it("are known from their heartbeats, in the words of the contract", async () => {
    await send("web-1", { epoch: 10, health: { status: "ok", reasons: [] }, final: false });
    await drainAll();
    const agent = await read("web-1");
    expect(agent).toMatchObject({
      id: "web-1",
      hostname: golden.host.name,
      epoch: 10,
      health: { status: "ok" },
      policy: { desired: 1, effective: golden.policy.effective },
      coverage: golden.coverage,
    });
    expect(agent.ledger.captured).toBe(golden.ledger.captured);
    expect(agent.losses).toEqual(golden.ledger.lost.filter(({ count }) => count > 0));
    const { captured, committed, lost, pending } = agent.ledger;
    expect(captured).toBe(committed + lost + pending);
  });

  it("say why a process is not captured, in the words of the vocabulary and of older agents", async () => {
    const coverage = readGoldenHeartbeat("heartbeat-coverage-notes").coverage;
    await send("web-4", { epoch: 10, coverage, coverageOmitted: 3, final: false });
    await drainAll();
    expect(await read("web-4")).toMatchObject({ coverage, coverageOmitted: 3 });
    const document = (await (await plane.request("GET", "/openapi.json")).json()) as OpenApi;
    const { reason, notes } = document.components.schemas.Agent.properties.coverage.items.properties;
    for (const code of Object.keys(COVERAGE_REASONS)) expect(reason.description).toContain(`\`${code}\``);
    for (const code of Object.keys(COVERAGE_NOTES)) expect(notes.description).toContain(`\`${code}\``);
    await plane.database.open("owner").sql`delete from agents where agent_id = 'web-4'`;
  });

  it("are judged by their newest report, whatever comes late", async () => {
    await send("web-1", { epoch: 11, version: "new", final: false });
    await drainAll();
    await send("web-1", { epoch: 10, version: "old", final: false });
    await drainAll();
    expect(await read("web-1")).toMatchObject({ epoch: 11, version: "new" });
  });

  it("say which targets their budget suspended, and usage says that it lacks them", async () => {
    const sinceUs = plane.clock.nowUs - 20_000_000;
    const suspensions = [
      { executable: "/usr/bin/batch", reason: "cpu", sinceUs, untilUs: sinceUs + 5_000_000 },
      { executable: "/usr/sbin/nginx", reason: "memory", sinceUs: sinceUs + 1_000_000 },
    ];
    await send("web-1", { epoch: 12, version: "new", final: false, suspensions });
    await drainAll();
    const since = [sinceUs, sinceUs + 1_000_000].map(toRfc3339);
    expect((await read("web-1")).suspensions).toEqual([
      { executable: "/usr/bin/batch", reason: "cpu", since: since[0], until: toRfc3339(sinceUs + 5_000_000) },
      { executable: "/usr/sbin/nginx", reason: "memory", since: since[1] },
    ]);
    const usage = await plane.request("GET", "/v1/usage?filter%5Bagent.id%5D=web-1&window=total");
    const { meta } = (await usage.json()) as { meta: UsageMeta };
    // Runs that ended without a word leave gaps as well.
    const gaps = meta.completeness.gaps.filter(({ reason }) => reason === "agent/suspended");
    expect(gaps).toEqual([
      { agentId: "web-1", from: since[0], to: toRfc3339(sinceUs + 5_000_000), reason: "agent/suspended" },
      { agentId: "web-1", from: since[1], to: toRfc3339(plane.clock.nowUs), reason: "agent/suspended" },
    ]);
  });

  it("lack what was suspended in a run before, whatever the one after it says, and as long as that run was heard of", async () => {
    const sinceUs = plane.clock.nowUs - 20_000_000;
    const ended = { executable: "/usr/bin/batch", reason: "cpu", sinceUs };
    const lasting = { ...ended, executable: "/usr/sbin/nginx", sinceUs: sinceUs + 1_000_000 };
    const untilUs = sinceUs + 5_000_000;
    await send("web-7", { epoch: 10, final: false, suspensions: [ended] });
    await drainAll();
    await send("web-7", { epoch: 10, final: true, suspensions: [{ ...ended, untilUs }, lasting] });
    await drainAll();
    const heardUs = plane.clock.nowUs;
    plane.clock.nowUs += 10_000_000;
    await send("web-7", { epoch: 11, final: false });
    await drainAll();
    expect((await read("web-7")).suspensions).toEqual([]);
    const usage = await plane.request("GET", "/v1/usage?filter%5Bagent.id%5D=web-7&window=total");
    const { meta } = (await usage.json()) as { meta: UsageMeta };
    const gaps = meta.completeness.gaps.filter(({ reason }) => reason === "agent/suspended");
    expect(gaps.map(({ from, to }) => [from, to])).toEqual([
      [toRfc3339(sinceUs), toRfc3339(untilUs)],
      [toRfc3339(sinceUs + 1_000_000), toRfc3339(heardUs)],
    ]);
    await plane.database.open("owner").sql`delete from agents where agent_id = 'web-7'`;
  });

  it("break nothing by text that Postgres cannot hold, such as half of a character or U+0000", async () => {
    const suspensions = [
      { executable: "/srv/half\ud83d", reason: "cpu", sinceUs: plane.clock.nowUs - 20_000_000 },
    ];
    const labels = { "zone\u0000": "a\u0000b\\u0000" };
    await send("web-5", { epoch: 10, final: false, suspensions, labels });
    await drainAll();
    const usage = await plane.request("GET", "/v1/usage?filter%5Bagent.id%5D=web-5&window=total");
    expect(usage.status).toBe(200);
    expect((await plane.request("GET", "/metrics", { headers: { authorization: "" } })).status).toBe(200);
    expect(await read("web-5")).toMatchObject({
      suspensions: [{ executable: "/srv/half\ufffd" }],
      labels: { "zone\ufffd": "a\ufffdb\\u0000" },
    });
    await plane.database.open("owner").sql`delete from agents where agent_id = 'web-5'`;
  });

  it("lack what is suspended as far as usage claims to be complete, which may be beyond their last report", async () => {
    const sinceUs = plane.clock.nowUs - 20_000_000;
    const suspensions = [{ executable: "/usr/bin/batch", reason: "cpu", sinceUs }];
    await send("web-6", { epoch: 10, final: false, suspensions });
    await drainAll();
    const completeUs = plane.clock.nowUs + 4_000_000;
    const { sql } = plane.database.open("owner");
    const settled = await sql`
      update epochs set complete_until = ${toRfc3339(completeUs)}::timestamptz where agent_id = 'web-6'`;
    expect(settled.count).toBe(1);
    const usage = await plane.request("GET", "/v1/usage?filter%5Bagent.id%5D=web-6&window=total");
    const { meta } = (await usage.json()) as { meta: UsageMeta };
    expect(meta.completeUntil).toBe(toRfc3339(completeUs));
    expect(meta.completeness.gaps).toEqual([
      { agentId: "web-6", from: toRfc3339(sinceUs), to: toRfc3339(completeUs), reason: "agent/suspended" },
    ]);
    await sql`delete from agents where agent_id = 'web-6'`;
  });

  it("are away when they fall silent or stop", async () => {
    await send("web-2", { final: true });
    await drainAll();
    expect(await read("web-2")).toMatchObject({ stopped: true, health: { status: "away" } });
    plane.clock.nowUs += 60_000_000;
    const silent = await read("web-1");
    expect([silent.health.status, silent.health.reasons[0]]).toEqual([
      "away",
      expect.stringMatching(/no heartbeat for \d+ seconds/),
    ]);
  });

  it("speak for themselves only, and what is malformed is set aside", async () => {
    const connection = await plane.connectAs("web-3");
    const subject = heartbeatSubject(agentIdSchema.parse("web-3"));
    const bodies = [JSON.stringify({ ...golden, agentId: "web-1", version: "forged" }), "{", '{"v":2}'];
    for (const body of bodies) {
      await connection.jetstream().publish(subject, body);
      await drainAll();
    }
    expect((await read("web-1")).version).toBe("new");
    expect((await plane.request("GET", "/v1/agents/web-3")).status).toBe(404);
    const aside = await plane.database.open("owner").sql<{ reason: string }[]>`
      select reason from set_aside where kind = 'heartbeat' order by id`;
    expect(aside.map(({ reason }) => reason)).toEqual(["wrong_subject", "not_json", "invalid"]);
  });

  it("are listed page by page", async () => {
    const page = async (query: string) =>
      (await (await plane.request("GET", `/v1/agents?${query}`)).json()) as {
        items: { id: string }[];
        nextCursor: string;
      };
    const first = await page("limit=1");
    const second = await page(`limit=1&cursor=${first.nextCursor}`);
    expect([first.items[0]?.id, second.items[0]?.id, second.nextCursor]).toEqual(["web-1", "web-2", null]);
    const foreign = await plane.request("GET", `/v1/policies?cursor=${first.nextCursor}`);
    expect([foreign.status, ((await foreign.json()) as { code: string }).code]).toEqual([
      400,
      "invalid_cursor",
    ]);
  });

  it("are counted for Prometheus", async () => {
    const response = await plane.request("GET", "/metrics", { headers: { authorization: "" } });
    const text = await response.text();
    expect(response.headers.get("content-type")).toContain("text/plain; version=0.0.4");
    expect(text).toContain('masthead_agents{health="away"} 2\n');
    expect(text).toContain("masthead_policy_revision 1\n");
    expect(text).toMatch(/^masthead_exchanges_captured_total \d+$/m);
  });
});

describe("keys", () => {
  it("are stored hashed, and stop working when they are revoked", async () => {
    const owner = plane.database.open("owner").sql;
    const [row] = await owner<{ all: string }[]>`select string_agg(k::text, '') as all from api_keys k`;
    expect(row?.all).not.toContain(plane.adminKey.split("_")[2]);
    const wrong = `${plane.adminKey.slice(0, -1)}${plane.adminKey.endsWith("0") ? "1" : "0"}`;
    for (const header of [`Bearer ${wrong}`, `Basic ${plane.adminKey}`, "Bearer", "Bearer mh_x_y"])
      expect(
        (await plane.request("GET", "/v1/agents", { headers: { authorization: header } })).status,
        header,
      ).toBe(401);
    await owner`update api_keys set revoked_at_us = 1`;
    expect((await plane.request("GET", "/v1/agents")).status).toBe(401);
    await owner`update api_keys set revoked_at_us = null`;
  });
});
