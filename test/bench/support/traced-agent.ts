import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { NatsServer } from "@masthead/infra/nats-server";
import type { AgentId } from "@masthead/shared/ids";
import type { Cleanup } from "../../support/cleanup.js";
import { type Program, startProgram } from "../../support/program.js";
import { until } from "../../support/until.js";
import { benchSettings } from "./settings.js";

const AGENT = fileURLToPath(new URL("../../../packages/agent/bin/masthead-agent.js", import.meta.url));

/** Kept headers, a fingerprint, a presence and a tenant, of one executable alone; no sampling: each exchange is shipped. */
export const benchPolicy = (executable: string) => ({
  apiVersion: "masthead.dev/v1",
  kind: "CapturePolicy",
  metadata: { name: "bench" },
  spec: {
    targets: [{ executable, role: benchSettings().role }],
    headers: {
      request: [
        { name: "x-request-id", action: "keep" },
        { name: "x-client-id", action: "keep" },
        { name: "user-agent", action: "keep" },
        { name: "authorization", action: "fingerprint" },
        { name: "cookie", action: "presence" },
      ],
    },
    tenant: [{ header: "x-client-id" }],
  },
});

/** The same usage, counted in the kernel: no exchange is kept. */
export const aggregatingPolicy = (executable: string) => {
  const { headers: _, ...spec } = benchPolicy(executable).spec;
  return { ...benchPolicy(executable), spec: { ...spec, aggregate: true } };
};

export interface AgentHome {
  readonly path: string;
  readonly credentials: string;
}

/** State of one agent, for all its runs. @param ownPids are excluded from capture, with all that they start */
export const makeAgentHome = async (
  cleanup: Cleanup,
  nats: NatsServer,
  agentId: AgentId,
  ownPids: Record<string, number>,
): Promise<AgentHome> => {
  const path = join(cleanup.folder(), "home");
  mkdirSync(join(path, "run"), { recursive: true });
  const credentials = join(path, "agent.creds");
  writeFileSync(credentials, await nats.createAgentCredentials(agentId), { mode: 0o600 });
  for (const [name, pid] of Object.entries(ownPids)) writeFileSync(join(path, `run/${name}.pid`), `${pid}\n`);
  return { path, credentials };
};

/** `masthead-agent run`. Resolves when probes are attached and a policy is in force. @param environment beside its settings */
export const startAgent = async (
  cleanup: Cleanup,
  nats: NatsServer,
  home: AgentHome,
  environment: Record<string, string> = {},
): Promise<Program> => {
  const agent = startProgram(AGENT, ["run"], {
    env: {
      PATH: process.env.PATH,
      MASTHEAD_HOME: home.path,
      MASTHEAD_NATS_URL: nats.url,
      MASTHEAD_NATS_CREDENTIALS: home.credentials,
      MASTHEAD_LOG_LEVEL: "warn",
      MASTHEAD_TLS_SEEN_AT: benchSettings().tlsSeenAt,
      MASTHEAD_CLEAR_TEXT: benchSettings().readsClearText ? "on" : "off",
      ...environment,
    },
  });
  cleanup.add(() => agent.stop());
  let end: string | undefined;
  void agent.ended.then((how) => {
    end = how;
  });
  // Written in place: it may be there and not whole.
  const ready = await until("the agent to be ready", () =>
    end === undefined
      ? (JSON.parse(readFileSync(join(home.path, "run/agent.ready"), "utf8")) as object)
      : { end },
  );
  if (end !== undefined) throw new Error(`the agent ended (${end}): ${agent.errors()}`);
  if (!("source" in ready) || ready.source !== "bpf")
    throw new Error(`the agent does not capture on this host: ${agent.errors()}`);
  return agent;
};
