import fc from "fast-check";
import { expect, test } from "vitest";
import type { Exchange } from "../exchange.js";
import { connection, makeExchange, policy } from "../testing/exchange.js";
import { KnownSeries } from "./known-series.js";
import { seriesOf } from "./series.js";

const few = (...texts: string[]) => fc.constantFrom(...texts);
const another = { ...connection, process: { ...connection.process, serviceName: "api" } };
const exchanges = fc.record({
  tenant: few("", "a", "ab", "acme", "bcme"),
  method: few("GET", "PUT", "POST"),
  status: fc.option(fc.constantFrom(200, 404), { nil: undefined }),
  consumer: fc.option(few("fp:1", "fp:2"), { nil: undefined }),
  connection: fc.constantFrom(connection, another, { ...another, role: "client" as const }),
  policy: fc.constantFrom(
    ...[policy, { ...policy }, { ...policy, revision: 2 }, { ...policy, name: "other" }],
  ),
  dimensions: fc.option(fc.record({ "x-a": fc.option(few("1", "2")), "x-b": fc.option(few("1", "2")) }), {
    nil: undefined,
  }),
});

test("a series is the one that would be named anew, whatever came before", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(exchanges, few("/a", "/b", "/v1/{id}")), { maxLength: 200 }), (list) => {
      const known = new KnownSeries();
      for (const [different, template] of list) {
        const exchange = makeExchange(different as Partial<Exchange>);
        const { exchange: _, ...series } = known.of(exchange, template);
        const { exchange: __, ...anew } = seriesOf(exchange, template);
        expect(series).toEqual(anew);
      }
    }),
  );
  const first = new KnownSeries();
  expect(first.of(makeExchange(), "/a")).toBe(first.of(makeExchange({ path: "/another" }), "/a"));
});
