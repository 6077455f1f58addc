import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { type Home, randomHex, secretFile } from "./home.js";
import { keepNodePart } from "./node-part.js";
import { partEnvironment } from "./part-environment.js";
import type { ProductOptions } from "./product.js";
import { agentIsReady } from "./readiness.js";
import type { NatsAccess } from "./servers.js";

/** This host's agent keeps its name over restarts, and differs from one on a host of the same name. */
export const agentIdOf = (home: Home): string =>
  secretFile(join(home.path, "agent.id"), () => {
    const name = hostname()
      .replaceAll(/[^A-Za-z0-9_-]/g, "-")
      .slice(0, 48);
    return `${name || "host"}-${randomHex(4)}`;
  });

/** How the first line of a script has Node started, `#!/usr/bin/env -S node --flag …`: the one place for what it needs. */
const nodeFlagsOf = (script: string): string[] =>
  /^#!\S+ -S node (.*)$/m.exec(readFileSync(script, "utf8"))?.[1]?.trim().split(/ +/) ?? [];

const mayUseSudo = (): boolean => spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0;

/** Starts the agent of this host. Resolves when probes are attached and a policy is in force, or when it is off. */
export const startAgent = async (
  { root, home, environment, configuration, withoutCapture, say, started }: ProductOptions,
  nats: NatsAccess,
  agentId: string,
): Promise<void> => {
  if (!configuration.agent) return say("no agent on this host: MASTHEAD_AGENT is off");
  if (nats.agentCredentials === undefined) {
    return say("no agent on this host: MASTHEAD_NATS_URL is set and MASTHEAD_AGENT_NATS_CREDENTIALS is not");
  }
  const fingerprintKey = environment["MASTHEAD_FINGERPRINT_KEY"] ?? join(home.path, "fingerprint.key");
  if (environment["MASTHEAD_FINGERPRINT_KEY"] === undefined) secretFile(fingerprintKey, () => randomHex(16));
  const script = join(root, "packages/agent/bin/masthead-agent.js");
  const readyFile = join(home.run, "agent.ready");
  rmSync(readyFile, { force: true });
  const asRoot = process.getuid?.() !== 0 && withoutCapture === undefined && mayUseSudo();
  await started.add(async () => ({
    part: await keepNodePart(
      home,
      {
        title: "the agent",
        name: "agent",
        script,
        nodeFlags: nodeFlagsOf(script),
        args: ["run"],
        ...(asRoot ? { through: ["sudo", "-n", "env"] } : {}),
        environment: partEnvironment(environment, {
          MASTHEAD_HOME: home.path,
          MASTHEAD_AGENT_ID: agentId,
          MASTHEAD_NATS_URL: nats.url,
          MASTHEAD_NATS_CREDENTIALS: nats.agentCredentials,
          MASTHEAD_FINGERPRINT_KEY: fingerprintKey,
          MASTHEAD_DATABASE_URL: undefined,
          MASTHEAD_NATS_ISSUER: undefined,
        }),
        ready: agentIsReady(readyFile),
        removeAtEnd: [readyFile],
        stopping: started.stopping,
      },
      say,
    ),
  }));
};
