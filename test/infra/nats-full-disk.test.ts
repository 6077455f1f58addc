import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withNatsConnection } from "@masthead/api/platform/nats/connection";
import { ensureInfrastructure, hasBatchStream } from "@masthead/api/platform/nats/infrastructure";
import { startNats } from "@masthead/infra/nats-server";
import { killedWhenHung } from "@masthead/infra/supervisor/hung-part";
import { agentIdSchema } from "@masthead/shared/ids";
import { agentInboxPrefix, batchSubject } from "@masthead/shared/subjects";
import { connect, credsAuthenticator } from "nats";
import { afterEach, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";

const AGENT = agentIdSchema.parse("full-disk");
const WITHIN_MS = 500;
const cleanup = new Cleanup();

afterEach(() => cleanup.run());

it("NATS that hangs since its disk was full is killed, and takes batches when it comes back", async () => {
  const dir = cleanup.folder();
  const store = join(dir, "store");
  mkdirSync(store);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", store]);
  cleanup.add(() => void execFileSync("umount", [store]));
  const hung = await startNats({ dir });
  cleanup.add(() => hung.kill());
  const ask = <T>(work: Parameters<typeof withNatsConnection<T>>[1]) =>
    withNatsConnection({ url: hung.url, credentials: hung.apiCredentials }, work);
  const credentials = new TextEncoder().encode(await hung.createAgentCredentials(AGENT));
  const send = async (): Promise<string> => {
    const agent = await connect({
      servers: hung.url,
      authenticator: credsAuthenticator(credentials),
      inboxPrefix: agentInboxPrefix(AGENT),
    });
    try {
      return (await agent.request(batchSubject(AGENT), Buffer.alloc(3000), { timeout: WITHIN_MS })).string();
    } finally {
      await agent.close();
    }
  };
  await ask(ensureInfrastructure);
  expect(await send()).toContain('"seq":1');

  const filler = join(store, "filler");
  expect(() => writeFileSync(filler, Buffer.alloc(4 * 1024 ** 2))).toThrow("ENOSPC");
  await expect(send()).rejects.toThrow("TIMEOUT");
  rmSync(filler);
  await expect(ask(hasBatchStream)).rejects.toThrow("TIMEOUT");

  const said: string[] = [];
  const answers = () => ask(hasBatchStream);
  killedWhenHung(hung, { name: "NATS", answers, say: (line) => said.push(line), everyMs: 1 });
  expect(await hung.ended).toBe("SIGKILL");
  expect(said).toEqual(["NATS has not answered 3 times and is killed"]);
  const again = await startNats({ dir });
  cleanup.add(() => again.kill());
  expect(await ask(hasBatchStream)).toBe(true);
  expect(await send()).toContain('"stream":"masthead_batches"');
});
