import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Batch } from "@masthead/shared/wire/batch";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ledgerOf, runLosses, usageOf } from "../support/agent-account.js";
import { Cleanup } from "../support/cleanup.js";
import type { Fleet, FleetAgent } from "../support/fleet.js";
import { type RoleAgent, startRoleAgents, startRoleFleet } from "../support/role-agents.js";
import type { TracedPrograms } from "../support/traced-programs.js";
import { until } from "../support/until.js";

const cleanup = new Cleanup();
let fleet: Fleet;
let programs: TracedPrograms;
beforeAll(async () => {
  ({ fleet, programs } = await startRoleFleet(cleanup));
});
afterAll(() => cleanup.run());

interface SpooledFile {
  path: string;
  seq: number;
  exchanges: number;
}

/** Batches in the spool of the agent's run, oldest first. */
const spooled = ({ home, epoch }: FleetAgent): SpooledFile[] => {
  const folder = join(home, "spool", String(epoch));
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json.gz"))
    .map((name) => {
      const [seq, exchanges] = name.split(".").map(Number);
      return { path: join(folder, name), seq: seq ?? 0, exchanges: exchanges ?? 0 };
    })
    .sort((a, b) => a.seq - b.seq);
};
const sum = (files: readonly SpooledFile[]) => files.reduce((all, { exchanges }) => all + exchanges, 0);

/** The first batch torn, the second one such that the control plane refuses it, the last one torn. @returns what is lost */
const spoil = (agent: FleetAgent) => {
  const files = spooled(agent);
  const [torn, refused] = files;
  const last = files.at(-1);
  if (!torn || !refused || !last || files.length < 4) throw new Error("too few batches to spoil");
  for (const { path } of [torn, last]) writeFileSync(path, readFileSync(path).subarray(0, -9));
  const { exchanges: _, ...broken } = JSON.parse(String(gunzipSync(readFileSync(refused.path)))) as Batch;
  writeFileSync(refused.path, gzipSync(JSON.stringify(broken)));
  return { "spool/corrupt": torn.exchanges + last.exchanges, "delivery/refused": refused.exchanges };
};

it("a killed run's batches that are corrupt or refused are in that run's ledger, and nothing waits for them", async () => {
  const killed = await startRoleAgents(fleet, "epoch", {});
  const server = await programs.server();
  await fleet.stopNats();
  let made = 0;
  for (const rounds of [1, 2, 3, 4]) {
    const client = programs.client(server, { connections: 5, rounds });
    await client.finish();
    expect(client.lines.at(-1)).toBe(String(5 * rounds));
    made += 5 * rounds;
    for (const agent of killed)
      await until(`${made} exchanges in the spool of ${agent.id}`, () => sum(spooled(agent)) === made);
  }
  await Promise.all(killed.map(({ program }) => program.stop("SIGKILL")));
  const lost = killed.map(spoil);
  await fleet.startNats();
  const next = await startRoleAgents(fleet, "epoch", {});

  for (const [at, agent] of killed.entries())
    await expectBooked(agent, next[at] as RoleAgent, made, lost[at] ?? {});
  await Promise.all(next.map(({ program }) => program.stop()));
});

const expectBooked = async (
  agent: RoleAgent,
  next: RoleAgent,
  made: number,
  lost: Record<string, number>,
): Promise<void> => {
  const count = Object.values(lost).reduce((all, each) => all + each, 0);
  const booked = { captured: made, committed: made - count, pending: 0, lost: count, imbalance: 0 };
  await until(`the losses of ${agent.id} booked`, async () => {
    const ledger = await ledgerOf(fleet.product, agent);
    if (ledger["lost"] === count && ledger["pending"] === 0) return true;
    throw new Error(JSON.stringify(ledger));
  });
  expect(await ledgerOf(fleet.product, agent)).toEqual(booked);
  expect(await runLosses(fleet.product, agent)).toEqual(lost);
  // The run that found them has its own account.
  expect(await ledgerOf(fleet.product, next)).toMatchObject({ captured: 0, lost: 0, imbalance: 0 });

  const { items, meta } = await usageOf(fleet.product, agent, agent.role);
  expect(items.map(({ requests }) => requests)).toEqual([made - count]);
  expect(meta.completeness).toMatchObject({ lost: count, pending: 0 });
  expect(meta.completeness.gaps.map(({ reason }) => reason)).toEqual(["agent/epoch_ended"]);
  // Nothing is told again, nothing is sent again.
  await until(`all of ${agent.id} freed`, () =>
    [String(agent.epoch), "lost"].every((folder) => {
      const names = readdirSync(join(agent.home, "spool")).includes(folder)
        ? readdirSync(join(agent.home, "spool", folder))
        : [];
      return names.length === 0;
    }),
  );
};
