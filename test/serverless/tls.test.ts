import { readFileSync } from "node:fs";
import { DRAIN_CONNECTIONS } from "@masthead/api/drain";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { makeCertificate } from "../support/https-servers.js";
import { type Backends, startBackends } from "./support/backends.js";
import { type CountedConnections, countConnections } from "./support/counted-connections.js";
import { offerTls, offerTlsFirst } from "./support/tls-servers.js";
import { type RunningWorker, runWorker } from "./support/worker.js";

/** What Postgres and NATS are told at the start of a connection. */
const WORDS = { postgres: ["masthead_app", "set_config"], nats: ["CONNECT", "jwt"] };
const cleanup = new Cleanup();
let backends: Backends;
beforeAll(async () => {
  backends = await startBackends(cleanup);
});
afterAll(() => cleanup.run());

const run = (bindings: Record<string, string>, trusted?: string): Promise<RunningWorker> =>
  runWorker(cleanup, { ...backends, bindings }, trusted === undefined ? {} : { trusted });
/** Which of the words went over the wire as they are. */
const inClear = ({ sent }: CountedConnections, words: string[]): string[] =>
  words.filter((word) => sent().includes(word));

it("a Worker without TLS tells everything in clear, and the search finds it", async () => {
  const worker = await run(backends.bindings);
  await worker.runScheduled();
  expect((await worker.ask("GET", "/readyz")).status).toBe(200);
  expect(inClear(backends.postgres, WORDS.postgres)).toEqual(WORDS.postgres);
  expect(inClear(backends.nats, WORDS.nats)).toEqual(WORDS.nats);
});

describe("a Worker with TLS", () => {
  let postgres: CountedConnections;
  let nats: CountedConnections;
  let authority: string;
  let bindings: Record<string, string>;
  let natsAlone: Record<string, string>;
  /** By name, since that is what a certificate is checked against. */
  const byName = (url: string): string => url.replace("127.0.0.1", "localhost");

  beforeAll(async () => {
    const { plane } = backends;
    const certificate = makeCertificate(cleanup.folder());
    authority = readFileSync(certificate.certificate, "utf8");
    const port = await offerTlsFirst(cleanup, plane.nats, certificate);
    await offerTls(plane.database, certificate);
    postgres = await countConnections(cleanup, plane.database.appUrl);
    nats = await countConnections(cleanup, `nats://127.0.0.1:${port}`);
    const verified = (url: string) => `${byName(postgres.through(url))}?sslmode=verify-full`;
    natsAlone = {
      ...backends.bindings,
      MASTHEAD_NATS_URL: byName(nats.through(plane.nats.url)),
      MASTHEAD_NATS_TLS_FIRST: "on",
    };
    bindings = {
      ...natsAlone,
      MASTHEAD_DATABASE_URL: verified(plane.database.appUrl),
      MASTHEAD_INGEST_DATABASE_URL: verified(plane.database.ingestUrl),
    };
  });

  it("answers and drains, request after request, and nothing goes in clear", async () => {
    const worker = await run(bindings, authority);
    for (const path of ["/readyz", "/v1/policies", "/readyz"])
      expect([path, (await worker.ask("GET", path)).status]).toEqual([path, 200]);
    await worker.runScheduled();
    await worker.runScheduled();
    expect(nats.made()).toBe(4);
    // One for each request, and for a drain as many as it does things at once.
    expect(postgres.made()).toBeGreaterThanOrEqual(3 + 2);
    expect(postgres.made()).toBeLessThanOrEqual(3 + 2 * DRAIN_CONNECTIONS);
    // Such as a name that was looked up beside the connection, and a certificate then checked against an address.
    expect(worker.complaints()).toEqual([]);
    for (const { sent } of [postgres, nats]) expect(sent().length).toBeGreaterThan(1_000);
    expect(inClear(postgres, WORDS.postgres)).toEqual([]);
    expect(inClear(nats, WORDS.nats)).toEqual([]);
  });

  it("refuses a certificate that nobody trusted vouches for", async () => {
    const worker = await run(bindings);
    const { status, json } = await worker.ask("GET", "/v1/policies");
    expect([status, json["code"]]).toEqual([503, "unavailable"]);
    const half = await run(natsAlone);
    expect((await half.ask("GET", "/v1/policies")).status).toBe(200);
    expect((await half.ask("GET", "/readyz")).json["detail"]).toBe("NATS does not answer");
    expect([...inClear(postgres, WORDS.postgres), ...inClear(nats, WORDS.nats)]).toEqual([]);
  });
});
