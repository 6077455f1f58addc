import fc from "fast-check";
import { expect, test } from "vitest";
import type { Exchange } from "../exchange.js";
import { connection, policy } from "../testing/exchange.js";
import { writeExchangeRow } from "./exchange-row.js";
import { TextBuffer } from "./text-buffer.js";
import { toWireExchange } from "./wire-exchange.js";

const rowOf = (exchange: Exchange, template: string): unknown => {
  const text = new TextBuffer(8);
  writeExchangeRow(text, exchange, template, 3, 0);
  text.commit();
  return JSON.parse(text.view().toString());
};

test("a row says what the exchange on the wire says, whatever the exchange holds", () => {
  const anyText = fc.string({ unit: "binary", maxLength: 300 });
  const count = fc.oneof(
    fc.nat(),
    fc.maxSafeNat(),
    fc.constantFrom(0, 9, 10, 99_999_999, 100_000_000, 1e16, -1, 0.5),
  );
  const headers = fc.dictionary(
    fc.string({ minLength: 1, maxLength: 20 }),
    fc.array(anyText, { maxLength: 3 }),
  );
  const exchanges = fc.record(
    {
      timeUs: count,
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
    },
  );
  fc.assert(
    fc.property(exchanges, anyText, (different, template) => {
      const exchange = { connection, policy, ...different } as Exchange;
      const wire = JSON.parse(JSON.stringify(toWireExchange(exchange, template, 3, 0)));
      expect(rowOf(exchange, template)).toEqual(wire);
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
