import { PolicyTables } from "../capture/policy-tables.js";
import { RecordDecoder } from "../decode/record-decoder.js";
import { ElementAction } from "../decode/record-enums.js";
import { Governor } from "../govern/governor.js";
import { GovernAll } from "./governed.js";
import { MemoryTables } from "./memory-tables.js";
import { policySet } from "./policies.js";
import { batchOf, requestRecord, responseRecord } from "./record-writer.js";
import { testStream } from "./stream.js";

/**
 * Microseconds per exchange of decoding, pairing and governing, each with what is before it. Run on the build:
 * `node packages/agent/dist/testing/stage-benchmark.js`. Prints one JSON object.
 */
const EXCHANGES = 256;
const ROUNDS = 400;
const REPEATS = 9;

const session = new MemoryTables();
const tables = new PolicyTables({ session, labels: {}, findExecutables: () => [] });
const keep = (name: string) => ({ name, action: "keep" as const });
tables.apply(
  policySet(1, {
    gateway: {
      headers: {
        request: [
          keep("x-request-id"),
          keep("x-client-id"),
          keep("user-agent"),
          { name: "authorization", action: "fingerprint" },
          { name: "cookie", action: "presence" },
        ],
        response: [keep("content-type")],
      },
      tenant: [{ header: "x-client-id" }],
    },
  }),
);

/** Rule ids are given in the order in which the policy names headers. */
const exchange = (connection: number): Buffer[] => [
  requestRecord({
    connection,
    path: `/v1/orders/${connection * 7919}`,
    elements: [
      {
        rule: 1,
        action: ElementAction.ELEMENT_KEEP,
        data: `1f6c1b2e-5f0a-4a51-9d5c-0000000${connection % 10}`,
      },
      { rule: 2, action: ElementAction.ELEMENT_KEEP, data: `client-${connection % 50}` },
      {
        rule: 3,
        action: ElementAction.ELEMENT_KEEP,
        data: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
      },
      { rule: 4, action: ElementAction.ELEMENT_FINGERPRINT, data: Buffer.alloc(16, connection) },
      { rule: 5, action: ElementAction.ELEMENT_PRESENCE, valueLength: 200 },
    ],
  }),
  responseRecord({
    connection,
    elements: [{ rule: 6, action: ElementAction.ELEMENT_KEEP, data: "application/json" }],
  }),
];

/** Keep-alive connections: the same ones in every batch. */
const batch = batchOf(Array.from({ length: EXCHANGES }, (_, at) => exchange(at + 1)).flat());
const ignore = (): void => undefined;

function decoding(): () => void {
  const decoder = new RecordDecoder({
    message: ignore,
    messageEnd: ignore,
    connectionEnd: ignore,
    process: ignore,
    malformed: () => {
      throw new Error("malformed");
    },
  });
  return () => decoder.decode(batch, 2 * EXCHANGES);
}

function streaming(governing: GovernAll | Governor): () => void {
  let ended = 0;
  const { stream } = testStream({ governing, onExchange: () => (ended += 1) });
  return () => {
    ended = 0;
    stream.take(batch, 2 * EXCHANGES);
    if (ended !== EXCHANGES) throw new Error(`${ended} of ${EXCHANGES} exchanges ended`);
  };
}

function microsPerExchange(run: () => void): { median: number; best: number } {
  for (let round = 0; round < ROUNDS; round += 1) run();
  const times = Array.from({ length: REPEATS }, () => {
    const begun = process.hrtime.bigint();
    for (let round = 0; round < ROUNDS; round += 1) run();
    return Number(process.hrtime.bigint() - begun) / 1_000 / ROUNDS / EXCHANGES;
  }).sort((a, b) => a - b);
  return { median: times[REPEATS >> 1] as number, best: times[0] as number };
}

const round = (value: number): number => Math.round(value * 1_000) / 1_000;
const results = Object.fromEntries(
  Object.entries({
    decode: decoding(),
    decodeAndPair: streaming(new GovernAll()),
    decodePairAndGovern: streaming(new Governor(tables.plansOf, "0badcafe")),
  }).map(([name, run]) => {
    const { median, best } = microsPerExchange(run);
    return [name, { medianUs: round(median), bestUs: round(best) }];
  }),
);
console.log(JSON.stringify({ unit: "microseconds per exchange of two records", ...results }));
