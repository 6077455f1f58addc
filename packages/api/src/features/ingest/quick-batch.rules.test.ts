import { batchSchema } from "@masthead/shared/wire/batch";
import fc from "fast-check";
import { expect, it } from "vitest";
import { quickBatchSchema } from "./quick-batch.rules.js";

const batch = (headers: unknown, clientAddress?: unknown) => ({
  v: 1,
  agentId: "a",
  epoch: 1,
  seq: 1,
  createdAtUs: 1,
  completeUntilUs: 1,
  host: { id: "h", name: "h" },
  policies: [{ name: "default", revision: 1, report: true }],
  processes: [{ pid: 1, executableName: "x", serviceName: "x" }],
  connections: [{ process: 0, role: "server", source: "openssl", scheme: "https" }],
  exchanges: [
    {
      ...{ timeUs: 1, durationUs: 1, connection: 0, policy: 0, tenant: "t", method: "GET", path: "/" },
      ...{ template: "/", version: "1.1", requestBytes: 1, responseBytes: 1 },
      requestHeaders: headers,
      clientAddress,
    },
  ],
  usage: [],
  countedOnly: 0,
  ledger: { captured: 1, batched: 1, lost: [], pending: 0 },
});

const text = fc.oneof(
  fc.string(),
  fc.constantFrom("x".repeat(64), "x".repeat(65), "y".repeat(16_384), "y".repeat(16_385)),
);
const value = fc.oneof({ arbitrary: text, weight: 8 }, { arbitrary: fc.anything(), weight: 1 });
const values = fc.oneof(
  { arbitrary: fc.array(value, { maxLength: 3 }), weight: 8 },
  { arbitrary: fc.constantFrom([...Array(256).fill("a")], [...Array(257).fill("a")], "a", null), weight: 2 },
);
const headers = fc.oneof(
  { arbitrary: fc.dictionary(text, values, { maxKeys: 4 }), weight: 8 },
  { arbitrary: fc.anything(), weight: 2 },
);

it("answers as the contract does, on whatever JSON carries", () => {
  fc.assert(
    fc.property(headers, fc.option(value, { nil: undefined }), (tried, clientAddress) => {
      const json = JSON.parse(JSON.stringify(batch(tried, clientAddress)));
      const contract = batchSchema.safeParse(json);
      const quick = quickBatchSchema.safeParse(json);
      expect(quick.success).toBe(contract.success);
      expect(quick.data).toEqual(contract.data);
    }),
    {
      numRuns: 1_000,
      examples: [
        [JSON.parse('{"__proto__":[]}'), undefined],
        [JSON.parse('{"__proto__":5,"b":["c"]}'), "::1"],
      ],
    },
  );
});
