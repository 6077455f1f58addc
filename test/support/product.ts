import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freeLoopbackPort } from "@masthead/infra/free-port";
import type { AgentResource } from "@masthead/shared/http/agent-resource";
import type { Cleanup } from "./cleanup.js";
import { placePreparedPostgres } from "./prepared-postgres.js";
import { type Program, startProgram } from "./program.js";
import { until } from "./until.js";

const START = fileURLToPath(new URL("../../infra/start.mjs", import.meta.url));

export interface Answer<T> {
  status: number;
  headers: Headers;
  text: string;
  json: T;
}

/** All of Masthead as `npm start` runs it, in a folder and on a port of its own. */
export interface Product {
  readonly home: string;
  readonly url: string;
  readonly program: Program;
  /** Process id of a part: `agent`, `api`, `nats`, `postgres`. */
  pid(part: string): number;
  request<T>(path: string, init?: RequestInit): Promise<Answer<T>>;
  /** @throws Error with the answer's text unless the status is 2xx */
  get<T>(path: string, headers?: Record<string, string>): Promise<T>;
  /** Stores the policy. @returns its revision, which agents do not have yet */
  put(name: string, spec: object): Promise<number>;
  /** Waits until the agent says that this revision is in force. */
  inForce(revision: number): Promise<number>;
  /** Stores the policy and waits until the agent says that its revision is in force. */
  apply(name: string, spec: object): Promise<number>;
  /** The same, and no other policy: what else is on the host is nothing to this product from then on. */
  applyAlone(name: string, spec: object): Promise<number>;
}

export interface UsageRow {
  group: Record<string, string | null>;
  requests: number;
  errors: number;
  requestBytes: number;
  responseBytes: number;
}

export interface ExchangeItem {
  id: string;
  time: string;
  durationMs: number;
  ttfbMs?: number;
  role: "server" | "client";
  attributes: Record<string, unknown>;
}

const READY_WITHIN_MS = 120_000;

/** @throws Error with what the product and its parts said, when it ends or takes too long */
const ready = async (program: Program, home: string): Promise<void> => {
  const isReady = () => program.lines.some((line) => line.startsWith("masthead is ready: "));
  let end: string | undefined;
  void program.ended.then((how) => {
    end = how;
  });
  await until("the product", () => isReady() || end !== undefined, READY_WITHIN_MS).catch(() => undefined);
  if (isReady()) return;
  const logs = ["agent", "api", "nats", "postgres"].map((part) => join(home, "logs", `${part}.log`));
  const said = logs.filter(existsSync).map((file) => `${file}:\n${readFileSync(file, "utf8").slice(-3000)}`);
  throw new Error(["masthead is not ready", ...program.lines, program.errors(), ...said].join("\n"));
};

/** Starts the product; stopped by `cleanup`. `environment` is added to the test's own. */
export const startMasthead = async (
  cleanup: Cleanup,
  environment: Record<string, string> = {},
): Promise<Product> => {
  const home = join(cleanup.folder(), "home");
  const port = await freeLoopbackPort();
  mkdirSync(home, { mode: 0o711 });
  placePreparedPostgres(join(home, "postgres"));
  const program = startProgram(process.execPath, [START], {
    env: { ...process.env, MASTHEAD_HOME: home, MASTHEAD_PORT: String(port), ...environment },
  });
  cleanup.add(() => program.stop());
  await ready(program, home);
  const url = `http://127.0.0.1:${port}`;
  const key = readFileSync(join(home, "admin.key"), "utf8").trim();

  const request = async <T>(path: string, init: RequestInit = {}): Promise<Answer<T>> => {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${key}`);
    const response = await fetch(url + path, { ...init, headers });
    const text = await response.text();
    const isJson = (response.headers.get("content-type") ?? "").includes("json");
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: (isJson ? JSON.parse(text) : undefined) as T,
    };
  };
  const get = async <T>(path: string, headers: Record<string, string> = {}): Promise<T> => {
    const answer = await request<T>(path, { headers });
    if (answer.status >= 300) throw new Error(`GET ${path}: ${answer.status} ${answer.text}`);
    return answer.json;
  };
  const put = async (name: string, spec: object): Promise<number> => {
    const answer = await request<{ revision: number }>(`/v1/policies/${name}`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        apiVersion: "masthead.dev/v1",
        kind: "CapturePolicy",
        metadata: { name },
        spec,
      }),
    });
    if (answer.status >= 300) throw new Error(`PUT ${name}: ${answer.status} ${answer.text}`);
    return answer.json.revision;
  };
  const inForce = async (revision: number): Promise<number> => {
    await until(`revision ${revision} in force`, async () => {
      const { items } = await get<{ items: { policy: { effective: number } }[] }>("/v1/agents");
      return items.length > 0 && items.every(({ policy }) => policy.effective >= revision);
    });
    return revision;
  };
  const apply = async (name: string, spec: object): Promise<number> => inForce(await put(name, spec));
  const applyAlone = async (name: string, spec: object): Promise<number> => {
    const { items } = await get<{ items: { name: string }[] }>("/v1/policies");
    for (const { name } of items) await request(`/v1/policies/${name}`, { method: "DELETE" });
    return apply(name, spec);
  };
  return {
    home,
    url,
    program,
    request,
    get,
    put,
    inForce,
    apply,
    applyAlone,
    pid: (part) => Number(readFileSync(join(home, "run", `${part}.pid`), "utf8").split("\n")[0]),
  };
};

/** A tenant of this run alone: another run on the same host sees its traffic, too. */
export const ownTenant = (name: string): string => `${name}-${randomBytes(4).toString("hex")}`;

/** The whole usage of a tenant in a role so far, as `/v1/usage` says it. */
export const totalUsage = async (
  product: Product,
  filter: { tenant: string; role: "server" | "client" },
): Promise<UsageRow | undefined> => {
  const to = new Date(Date.now() + 60_000).toISOString();
  const from = new Date(Date.now() - 3_600_000).toISOString();
  const query = new URLSearchParams({
    from,
    to,
    window: "total",
    groupBy: "tenant.id",
    "filter[tenant.id]": filter.tenant,
    "filter[role]": filter.role,
  });
  const { items } = await product.get<{ items: UsageRow[] }>(`/v1/usage?${query}`);
  return items.find(({ group }) => group["tenant.id"] === filter.tenant);
};

/** The agent of a product that has one, once nothing of its account is on its way. */
export const settledAgent = async (product: Product): Promise<AgentResource> => {
  const { items } = await product.get<{ items: { id: string }[] }>("/v1/agents");
  return until("a settled ledger", async () => {
    const agent = await product.get<AgentResource>(`/v1/agents/${items[0]?.id}`);
    return agent.ledger.pending === 0 && agent;
  });
};

/** Requests of the last hour by the consumer's fingerprint; `null`: unknown. */
export const requestsByConsumer = async (
  product: Product,
  filter: { tenant: string; role: "server" | "client" },
): Promise<Record<string, number>> => {
  const query = new URLSearchParams({
    from: new Date(Date.now() - 3_600_000).toISOString(),
    to: new Date(Date.now() + 60_000).toISOString(),
    groupBy: "consumer.fingerprint",
    "filter[tenant.id]": filter.tenant,
    "filter[role]": filter.role,
  });
  const { items } = await product.get<{ items: UsageRow[] }>(`/v1/usage?${query}`);
  return Object.fromEntries(
    items.map(({ group, requests }) => [String(group["consumer.fingerprint"]), requests]),
  );
};

/** Connection string of the role that owns the database, which sees all rows. */
export const ownerUrl = (product: Product): string => {
  const dir = join(product.home, "postgres");
  const password = readFileSync(join(dir, "superuser.password"), "utf8").trim();
  const elsewhere = join(dir, "data.location");
  const data = existsSync(elsewhere) ? readFileSync(elsewhere, "utf8").trim() : join(dir, "data");
  const port = readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[3];
  return `postgres://masthead:${password}@127.0.0.1:${port}/masthead`;
};
