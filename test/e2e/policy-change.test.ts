import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { curl } from "../support/curl.js";
import { exchangesOf, requestHeader } from "../support/exchanges.js";
import { type HttpsServer, startPythonServer } from "../support/https-servers.js";
import { type ExchangeItem, ownTenant, type Product, startMasthead, totalUsage } from "../support/product.js";
import { type Program, startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { until } from "../support/until.js";

const STEADY_CLIENT = fileURLToPath(new URL("../programs/steady-client.py", import.meta.url));
const HELD_CLIENT = fileURLToPath(new URL("../programs/held-client.py", import.meta.url));
/** Changes that are waited for, and then changes in one go. More than the kernel has slots for tables. */
const CHANGES = 20;
const CHANGES_AT_ONCE = 10;
const ROLES = ["server", "client"] as const;

const CLIENT = ownTenant("client");
const TEAM = ownTenant("team");
const HEADERS = {
  "x-client-id": CLIENT,
  "x-team": TEAM,
  "x-first": "only the first document keeps this",
  "x-second": "only the second document keeps this",
  authorization: "Bearer of-something-that-nobody-keeps",
};

/** What an exchange shows of what the two documents differ in. */
interface Shown {
  tenant: string;
  query: string | undefined;
  request: Record<string, unknown>;
  response: Record<string, unknown>;
}

interface Document {
  spec: object;
  shows: Shown;
}

const keep = (...names: string[]) => names.map((name) => ({ name, action: "keep" }));
const ID = expect.stringMatching(/^\S+$/);
/** Of responses, what both documents keep. */
const BOTH_KEEP = { "content-type": ["text/plain"] };

const DOCUMENTS: readonly [Document, Document] = [
  {
    spec: {
      headers: {
        request: [...keep("x-request-id", "x-first"), { name: "authorization", action: "fingerprint" }],
        response: keep("content-type", "server"),
      },
      tenant: [{ header: "x-client-id" }],
    },
    shows: {
      tenant: CLIENT,
      query: undefined,
      request: {
        "x-request-id": [ID],
        "x-first": [HEADERS["x-first"]],
        authorization: [expect.stringMatching(/^fp:[0-9a-f]{8}:[0-9a-f]{32}$/)],
      },
      response: { ...BOTH_KEEP, server: [expect.stringContaining("BaseHTTP")] },
    },
  },
  {
    spec: {
      headers: {
        request: [
          ...keep("x-request-id", "x-second"),
          { name: "authorization", action: "presence" },
          { name: "x-first", action: "presence" },
        ],
        response: keep("content-type", "content-length"),
      },
      query: { action: "names" },
      tenant: [{ header: "x-team" }],
    },
    shows: {
      tenant: TEAM,
      query: "page",
      request: {
        "x-request-id": [ID],
        "x-second": [HEADERS["x-second"]],
        "x-first": [`present::${HEADERS["x-first"].length}`],
        authorization: [`present:bearer:${HEADERS.authorization.length}`],
      },
      response: { ...BOTH_KEEP, "content-length": ["3"] },
    },
  },
];

const cleanup = new Cleanup();
let product: Product;
let server: HttpsServer;
/** Which document a revision is of, and the policy's name. */
const revisions = new Map<number, { name: string; document: Document }>();
beforeAll(async () => {
  product = await startMasthead(cleanup);
  server = await startPythonServer(cleanup);
});
afterAll(() => cleanup.run());

/** Stores the other document, every second time under the other name; its priority makes it the one that governs. */
const change = async (): Promise<number> => {
  const number = revisions.size;
  const document = DOCUMENTS[number % 2 === 0 ? 0 : 1];
  const name = number % 4 < 2 ? "one" : "other";
  const revision = await product.put(name, { ...document.spec, priority: number + 1 });
  revisions.set(revision, { name, document });
  return revision;
};

const headersWith = (id: string) => ({ ...HEADERS, "x-request-id": id });
const lines = (headers: Record<string, string>) =>
  Object.entries(headers).map(([name, value]) => `${name}: ${value}`);

const hold = async (id: string): Promise<Program> => {
  const path = "/waits?page=1";
  const held = startProgram(PYTHON, [HELD_CLIENT, String(server.port), path, ...lines(headersWith(id))]);
  cleanup.add(() => held.stop());
  await held.line((line) => line === "held");
  return held;
};

const release = async (held: Program): Promise<void> => {
  held.send("now");
  await held.finish();
  expect(held.lines.at(-1)).toBe("200");
};

const headersOf = ({ attributes }: ExchangeItem, message: "request" | "response") => {
  const prefix = `http.${message}.header.`;
  const named = Object.entries(attributes).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(named.map(([name, value]) => [name.slice(prefix.length), value]));
};

const revisionOf = ({ attributes }: ExchangeItem): number => Number(attributes["policy.revision"]);
const isChanged = ({ attributes }: ExchangeItem): boolean =>
  ((attributes["capture.flags"] ?? []) as string[]).includes("policy_changed");
const withId = (items: readonly ExchangeItem[], id: string): ExchangeItem[] =>
  items.filter((item) => requestHeader(item, "x-request-id") === id);

/** All that one revision asks, and nothing that it does not; of the response less, where another one was in force by then. */
const expectGovernedWhole = (item: ExchangeItem): void => {
  const { name, document } = revisions.get(revisionOf(item)) ?? {};
  const { attributes } = item;
  expect(attributes["policy.name"]).toBe(name);
  expect({
    tenant: attributes["tenant.id"],
    query: attributes["url.query"],
    request: headersOf(item, "request"),
  }).toEqual({
    tenant: document?.shows.tenant,
    query: document?.shows.query,
    request: document?.shows.request,
  });
  if (!isChanged(item)) expect(headersOf(item, "response")).toEqual(document?.shows.response);
};

/** The steady client's connections, each with its revisions in the order of its requests. */
const revisionsByConnection = (items: readonly ExchangeItem[]): number[][] => {
  const connections = new Map<string, { place: number; revision: number }[]>();
  for (const item of items) {
    const path = String(item.attributes["url.path"]);
    if (!path.startsWith("/steady/")) continue;
    const key = `${item.role} ${path}`;
    const place = Number(requestHeader(item, "x-request-id")?.split("-")[1]);
    connections.set(key, [...(connections.get(key) ?? []), { place, revision: revisionOf(item) }]);
  }
  return [...connections.values()].map((requests) =>
    requests.sort((a, b) => a.place - b.place).map(({ revision }) => revision),
  );
};

it("changes under load without a lost or misgoverned exchange", async () => {
  const begun = await product.inForce(await change());
  const afterOne = await hold("held-over-one-change");
  const afterTwo = await hold("held-over-two-changes");
  const afterMany = await hold("held-over-many-changes");
  const steady = startProgram(PYTHON, [STEADY_CLIENT, String(server.port), "2", ...lines(HEADERS)]);
  cleanup.add(() => steady.stop());
  await steady.line();

  const probes = new Map<string, number>();
  for (let number = 1; number <= CHANGES; number++) {
    const revision = await product.inForce(await change());
    const id = `probe-${number}`;
    expect(await curl(server.port, [{ path: "/probe?page=1", headers: headersWith(id) }])).toEqual([200]);
    probes.set(id, revision);
    if (number === 1) await release(afterOne);
    if (number === 2) await release(afterTwo);
  }
  await release(afterMany);
  let last = begun;
  for (let number = 0; number < CHANGES_AT_ONCE; number++) last = await change();
  await product.inForce(last);
  await steady.finish();

  const made = Number(steady.lines.at(-1)) + probes.size + 3;
  const counted = async (role: (typeof ROLES)[number]) => {
    const of = async (tenant: string) => (await totalUsage(product, { tenant, role }))?.requests ?? 0;
    return (await of(CLIENT)) + (await of(TEAM));
  };
  for (const role of ROLES) {
    await until(`${made} requests as ${role}`, async () => (await counted(role)) >= made);
    expect(await counted(role)).toBe(made);
  }

  const items = [...(await exchangesOf(product, CLIENT)), ...(await exchangesOf(product, TEAM))];
  expect(items).toHaveLength(2 * made);
  for (const item of items) expectGovernedWhole(item);
  // One in force is in force: no later request is governed by an older one.
  for (const [id, revision] of probes)
    expect(withId(items, id).map(revisionOf)).toEqual([revision, revision]);
  const connections = revisionsByConnection(items);
  expect(connections).toHaveLength(4);
  for (const seen of connections) expect(seen).toEqual([...seen].sort((a, b) => a - b));

  // Decision 0001: of a response under a later generation, what the request's tables and those in force both allow.
  const [first] = DOCUMENTS;
  for (const [id, response] of [
    ["held-over-one-change", BOTH_KEEP],
    ["held-over-two-changes", first.shows.response],
    ["held-over-many-changes", {}],
  ] as const) {
    const held = withId(items, id);
    expect(held.map(revisionOf)).toEqual([begun, begun]);
    expect(held.map(isChanged)).toEqual([true, true]);
    for (const item of held) expect(headersOf(item, "response")).toEqual(response);
  }
  for (const item of items.filter(isChanged)) {
    const shown = headersOf(item, "response");
    const whole = revisions.get(revisionOf(item))?.document.shows.response;
    expect([BOTH_KEEP, whole, {}]).toContainEqual(shown);
  }
});
