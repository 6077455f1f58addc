import { batchSchema } from "@masthead/shared/wire/batch";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { jsonGuard } from "./json-guard.js";

const isBatch = jsonGuard(batchSchema);

/** With everything that a batch may say, in the bounds. */
const WHOLE = {
  ...{ v: 1, agentId: "a", epoch: 1, seq: 1, createdAtUs: 1, completeUntilUs: 1 },
  host: { id: "h", name: "h" },
  policies: [{ name: "default", revision: 1, report: true }],
  processes: [{ pid: 1, executableName: "x", executablePath: "/x", containerId: "c", serviceName: "x" }],
  connections: [
    {
      ...{ process: 0, role: "server", source: "openssl", scheme: "https", socketTie: "nested_call" },
      ...{ localAddress: "::1", localPort: 0, peerAddress: "::1", peerPort: 65_535 },
    },
  ],
  exchanges: [
    {
      ...{
        timeUs: 1,
        durationUs: 1,
        ttfbUs: 1,
        connection: 0,
        policy: 0,
        tenant: "t",
        method: "GET",
        path: "/",
      },
      ...{ query: "a", template: "/", version: "1.1", serverAddress: "a", clientAddress: "::1", status: 200 },
      ...{ errorType: "500", requestBytes: 1, responseBytes: 1, arrivalDelayUs: 1, threadCpuUs: 1, rttUs: 1 },
      ...{ retransmits: 1, consumer: `fp:1a2b3c4d:${"0".repeat(32)}`, flags: ["head_truncated"] },
      requestHeaders: { "x-request-id": ["1", "2"], accept: [] },
      responseHeaders: {},
    },
  ],
  usage: [
    {
      ...{
        windowStart: 1,
        policy: 0,
        role: "client",
        service: "x",
        tenant: "t",
        template: "/",
        method: "GET",
      },
      ...{ status: 503, consumer: "__other__", consumers: [64 + 1], requests: 1, errors: 1, requestBytes: 1 },
      ...{ responseBytes: 1, dimensions: { "x-model-id": null, region: "eu" }, measures: { tokens: -1.5 } },
      latency: [
        [-1, 1],
        [12, 2],
      ],
    },
  ],
  countedOnly: 0,
  ledger: {
    ...{ captured: 1, batched: 1, lost: [{ stage: "ring", reason: "full", count: 1 }], pending: 0 },
    lostBatches: [{ epoch: 1, seq: 1, exchanges: 1, stage: "spool", reason: "full" }],
  },
};

type Place = { of: Record<string, unknown> | unknown[]; key: string };

/** Every place in a document that holds something. */
const placesOf = (value: unknown): Place[] => {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    { of: value as Place["of"], key },
    ...placesOf(inner),
  ]);
};
const PLACES = placesOf(WHOLE).length;

const edges = fc.constantFrom<unknown>(
  ...["x".repeat(64), "x".repeat(65), "y".repeat(16_385), "\u{1F600}".repeat(32), "\u{1F600}".repeat(33), ""],
  ...[0, -0, -1, 1.5, 65_536, 99, 1_000, 2 ** 53 - 1, 2 ** 53, 1e21, true, null],
  ...[
    {},
    [],
    [1],
    Array(257).fill("a"),
    { a: "b" },
    { a: ["b"] },
    JSON.parse('{"__proto__":["a"]}'),
    "server",
  ],
);
const tried = fc.oneof(
  { arbitrary: edges, weight: 4 },
  { arbitrary: fc.string(), weight: 1 },
  { arbitrary: fc.integer(), weight: 1 },
  { arbitrary: fc.anything(), weight: 1 },
);
const change = fc.record({
  place: fc.nat(PLACES - 1),
  how: fc.constantFrom("replace", "remove", "add", "rename"),
  name: fc.constantFrom("more", "__proto__", "constructor", "toString", "x".repeat(65)),
  value: tried,
});

const changed = (changes: readonly { place: number; how: string; name: string; value: unknown }[]) => {
  const document = structuredClone(WHOLE);
  for (const { place, how, name, ...rest } of changes) {
    // Copied each time: a later change may lie within it, and the same value is put elsewhere too.
    const value = structuredClone(rest.value);
    const found = placesOf(document)[place];
    if (!found) continue;
    const of = found.of as Record<string, unknown>;
    const before = of[found.key];
    if (how === "replace") of[found.key] = value;
    if (how === "remove" || how === "rename") delete of[found.key];
    if (how === "add" || how === "rename")
      Object.defineProperty(of, name, {
        ...{ value: how === "add" ? value : before, enumerable: true, configurable: true, writable: true },
      });
  }
  return JSON.parse(JSON.stringify(document)) as unknown;
};

describe("a guard of batches", () => {
  it("takes one that says everything", () => {
    expect(batchSchema.parse(WHOLE)).toEqual(WHOLE);
    expect(isBatch(WHOLE)).toBe(true);
  });

  it("takes what the schema would give back as it is, and nothing else", () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), (changes) => {
        const json = changed(changes);
        const parsed = batchSchema.safeParse(json);
        const isSame = parsed.success && JSON.stringify(sorted(parsed.data)) === JSON.stringify(sorted(json));
        expect(isBatch(json)).toBe(isSame);
        taken += isSame ? 1 : 0;
      }),
      { numRuns: 5_000 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});

/** Schemas may give keys in an order of their own. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, inner]) => [key, sorted(inner)]);
};

it.each([
  ["a default", z.object({ a: z.string().default("x") })],
  ["a transform", z.string().transform((text) => text.length)],
  ["a coercion", z.coerce.number()],
  ["a format", z.email()],
  ["a check of its own", z.string().refine((text) => text !== "x")],
  ["a check of an object", z.object({ a: z.int() }).refine(() => true)],
  ["a trimmed text", z.string().trim()],
  ["a step", z.number().multipleOf(2)],
  ["names of a kind", z.record(z.enum(["a"]), z.int())],
  ["other keys", z.looseObject({})],
  ["one of two shapes", z.union([z.object({}), z.object({ a: z.int() })])],
  ["a rest", z.tuple([z.int()], z.int())],
])("refuses to guard %s, which it does not know", (_, schema) => {
  expect(() => jsonGuard(schema)).toThrow(/no guard is known/);
});

it("knows bounds that are open", () => {
  const isDigit = jsonGuard(z.int().gt(-1).lt(10));
  expect([-1, 0, 9, 10].map(isDigit)).toEqual([false, true, true, false]);
});
