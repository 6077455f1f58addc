import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { parsePolicy } from "../policy/parse.js";
import { batchSchema } from "./batch.js";
import { withoutRows, withRows } from "./batch-rows.js";
import { decodeBatch, decodePolicySet, encodeBatch, encodePolicySet } from "./codec.js";
import { heartbeatSchema } from "./heartbeat.js";
import { policySetSchema } from "./policy-set.js";
import { watermarkSchema } from "./watermark.js";

/**
 * Messages as their version wrote them. A change that cannot read these files is the next version: never edit a file to make
 * this test pass.
 */
const golden = (name: string, version = 1): Record<string, unknown> =>
  JSON.parse(
    readFileSync(new URL(`../../../../test/golden/wire/${name}.v${version}.json`, import.meta.url), "utf8"),
  ) as Record<string, unknown>;

const SCHEMAS: [string, z.ZodType][] = [
  ["batch", batchSchema],
  ["heartbeat", heartbeatSchema],
  ["watermark", watermarkSchema],
  ["policy-set", policySetSchema],
  ["batch-client-address", batchSchema],
  ["policy-set-client-address", policySetSchema],
  ["batch-timings", batchSchema],
  ["batch-consumers", batchSchema],
  ["batch-exchange-consumer", batchSchema],
  ["policy-set-timings", policySetSchema],
  ["batch-lost-batches", batchSchema],
  ["batch-account-serial", batchSchema],
  ["heartbeat-lost-batches", heartbeatSchema],
  ["heartbeat-capturing-since", heartbeatSchema],
  ["heartbeat-coverage-notes", heartbeatSchema],
  ["heartbeat-suspensions", heartbeatSchema],
  ["heartbeat-account-serial", heartbeatSchema],
  ["watermark-lost-batches", watermarkSchema],
];

describe.each(SCHEMAS)("%s, version 1", (name, schema) => {
  it("still decodes, and loses nothing", () => {
    expect(schema.parse(golden(name))).toEqual(golden(name));
  });

  it("tolerates an optional field of a later release", () => {
    expect(schema.parse({ ...golden(name), addedLater: { a: 1 } })).toEqual(golden(name));
  });

  it.each([0, 2, "1", undefined])("refuses v = %j", (v) => {
    expect(schema.safeParse({ ...golden(name), v }).success).toBe(false);
  });
});

describe("batch, version 2", () => {
  it("still decodes, and says what one of version 1 says", () => {
    const { exchanges: [first, ...others] = [], ...rest } = golden("batch") as { exchanges?: object[] };
    const more = {
      consumer: "fp:be45cb26:a3817f04ba25a8e66df67214c7550293",
      clientAddress: "203.0.113.7",
      ...{ arrivalDelayUs: 41, threadCpuUs: 380, rttUs: 220, retransmits: 1 },
    };
    const read = batchSchema.parse(withoutRows(golden("batch", 2)));
    expect(read).toEqual({ ...rest, exchanges: [{ ...first, ...more }, ...others] });
  });

  it("tolerates an optional field of a later release", () => {
    const batch = golden("batch", 2) as { exchanges: unknown[][] };
    const later = batch.exchanges.map((row) => [
      ...row.slice(0, 17),
      { ...(row[17] as object), later: 1 },
      1,
    ]);
    const read = batchSchema.parse(withoutRows({ ...batch, exchanges: later, addedLater: { a: 1 } }));
    expect(read).toEqual(batchSchema.parse(withoutRows(batch)));
  });

  it.each(["baseUs", "texts", "exchanges"])("needs %s", (field) => {
    const { [field]: _, ...rest } = golden("batch", 2);
    expect(() => withoutRows(rest)).toThrow(field);
  });
});

describe("every field of a batch", () => {
  it("is needed, unless it is optional", () => {
    for (const field of Object.keys(golden("batch"))) {
      const { [field]: _, ...rest } = golden("batch");
      expect(batchSchema.safeParse(rest).success, field).toBe(false);
    }
  });
});

describe("compressed messages", () => {
  it("come back as they were", async () => {
    const batch = batchSchema.parse(golden("batch"));
    expect(await decodeBatch(await encodeBatch(batch))).toEqual(batch);
    const set = policySetSchema.parse(golden("policy-set"));
    expect(await decodePolicySet(await encodePolicySet(set))).toEqual(set);
  });

  it("are plain gzip of JSON, whoever made them", async () => {
    const batch = batchSchema.parse(golden("batch"));
    expect(await decodeBatch(gzipSync(JSON.stringify(batch)))).toEqual(batch);
    expect(JSON.parse(gunzipSync(await encodeBatch(batch)).toString())).toEqual(withRows(batch));
  });

  it.each(["policy-set", "policy-set-client-address", "policy-set-timings"])(
    "%s holds policies that are valid where they are applied",
    (name) => {
      const set = policySetSchema.parse(golden(name));
      expect(parsePolicy(set.policies[0]?.document)).toEqual({ ok: true, policy: set.policies[0]?.document });
    },
  );
});
