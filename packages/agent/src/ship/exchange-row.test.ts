import { exchangeOfRow } from "@masthead/shared/wire/exchange-row";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Exchange } from "../exchange.js";
import { connection, makeExchange, policy } from "../testing/exchange.js";
import { ExchangeRows } from "./exchange-row.js";
import { TextBuffer } from "./text-buffer.js";
import { TextTable } from "./text-table.js";
import { toWireExchange } from "./wire-exchange.js";

/** No policy can name a header so. */
const isHeaderName = (name: string): boolean => name !== "__proto__";

/** What is read of exchanges, each with its template, that were written as rows of one batch. */
const readBack = (exchanges: readonly [Exchange, string][]): { read: unknown[]; texts: string[] } => {
  const text = new TextBuffer(8);
  const table = new TextTable();
  const rows = new ExchangeRows(text, table);
  for (const [exchange, template] of exchanges) {
    text.ascii(text.length === 0 ? "[" : ",");
    rows.write(exchange, template, 3, 0);
    text.commit();
  }
  text.append("]");
  const texts = JSON.parse(table.toJson()) as string[];
  expect(Buffer.byteLength(table.toJson())).toBeLessThanOrEqual(table.bytes);
  const written = JSON.parse(text.view().toString()) as unknown[];
  return {
    read: written.map((row) =>
      exchangeOfRow(row, { baseUs: rows.baseUs, texts, charactersLeft: table.sharedCharacters }),
    ),
    texts,
  };
};

test("rows say what the exchanges on the wire say, whatever they hold", () => {
  const anyText = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.constantFrom("a text that repeats", "another", "/", "__proto__", "constructor"),
  );
  const count = fc.oneof(
    fc.nat(),
    fc.maxSafeNat(),
    fc.constantFrom(0, 9, 10, 99_999_999, 100_000_000, 1e16, -1, 0.5),
  );
  const headers = fc.dictionary(
    fc
      .oneof(fc.string({ minLength: 1, maxLength: 20 }), fc.constantFrom("x-one", "constructor"))
      .filter(isHeaderName),
    fc.array(anyText, { minLength: 1, maxLength: 3 }),
    { noNullPrototype: true },
  );
  const exchanges = fc.record(
    {
      timeUs: fc.maxSafeNat(),
      durationUs: count,
      tenant: anyText,
      method: anyText,
      path: anyText,
      version: fc.constantFrom("1.0", "1.1"),
      requestBytes: count,
      responseBytes: count,
      flags: fc.array(fc.constantFrom("truncated", "escaped"), { maxLength: 20 }),
      ttfbUs: count,
      query: anyText,
      serverAddress: anyText,
      clientAddress: anyText,
      arrivalDelayUs: count,
      threadCpuUs: count,
      rttUs: count,
      retransmits: count,
      status: fc.integer({ min: 100, max: 999 }),
      errorType: anyText,
      requestHeaders: headers,
      responseHeaders: headers,
    },
    {
      requiredKeys: [
        "timeUs",
        "durationUs",
        "tenant",
        "method",
        "path",
        "version",
        "requestBytes",
        "responseBytes",
        "flags",
      ],
      noNullPrototype: true,
    },
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(exchanges, anyText), { minLength: 1, maxLength: 5 }), (list) => {
      const all = list.map(([different, template]): [Exchange, string] => [
        { connection, policy, ...different } as Exchange,
        template,
      ]);
      const wire = all.map(([exchange, template]) => toWireExchange(exchange, template, 3, 0));
      expect(readBack(all).read).toEqual(JSON.parse(JSON.stringify(wire)));
    }),
    { numRuns: 500 },
  );
});

test("what was begun and not committed leaves nothing behind", () => {
  const text = new TextBuffer(4);
  text.append('["ä"');
  text.ascii(',"begun');
  text.rollback();
  text.ascii(",");
  text.number(12_345_678_901_234);
  text.append("]");
  expect(text.view().toString()).toBe('["ä",12345678901234]');
});

test("texts that repeat stand once, those of requests of their own where they are", () => {
  const exchanges = Array.from({ length: 200 }, (_, i): [Exchange, string] => [
    makeExchange({
      path: `/v1/items/${i}`,
      tenant: `tenant-${i % 3}`,
      requestHeaders: { "x-request-id": [`request-${i}`], "user-agent": ["curl/8.5.0"] },
    }),
    "/v1/items/{id}",
  ]);
  const { read, texts } = readBack(exchanges);
  expect(read).toEqual(exchanges.map(([exchange, template]) => toWireExchange(exchange, template, 3, 0)));
  expect(texts).toEqual(expect.arrayContaining(["tenant-2", "curl/8.5.0", "/v1/items/{id}", "x-request-id"]));
  expect(texts).not.toContain("request-100");
  expect(texts.length).toBeLessThan(100);
});
