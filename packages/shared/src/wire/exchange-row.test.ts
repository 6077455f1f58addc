import fc from "fast-check";
import { expect, test } from "vitest";
import { exchangeSchema, type WireExchange } from "./batch.js";
import { exchangeOfRow, rowOfExchange } from "./exchange-row.js";

const exchange: WireExchange = {
  ...{ timeUs: 1_000, durationUs: 5, ttfbUs: 3, connection: 0, policy: 0 },
  ...{ tenant: "acme", method: "GET", path: "/a", template: "/a", version: "1.1", status: 200 },
  ...{ requestBytes: 1, responseBytes: 2, serverAddress: "a.example" },
  consumer: `fp:00112233:${"a".repeat(32)}`,
  requestHeaders: { "x-a": ["1", "2"], constructor: ["3"] },
  responseHeaders: {},
};
const tables = { baseUs: 990, texts: ["acme", "x-a", "1"], charactersLeft: 1_000_000 };
const valid = (row: unknown): boolean => exchangeSchema.safeParse(exchangeOfRow(row, tables)).success;
const changed = (place: number, value: unknown): unknown[] =>
  rowOfExchange(exchange, 990).map((held, at) => (at === place ? value : held));

test("a row says what its exchange says", () => {
  expect(exchangeOfRow(rowOfExchange(exchange, 990), tables)).toEqual(exchange);
  const { ttfbUs, status, consumer, serverAddress, requestHeaders, responseHeaders, ...least } = exchange;
  const flagged = { ...least, flags: ["escaped"], query: "a=1" };
  expect(exchangeOfRow(rowOfExchange(flagged, 2_000), { ...tables, baseUs: 2_000 })).toEqual(flagged);
});

test("numbers stand for the batch's texts, names of headers and their values among them", () => {
  expect(exchangeOfRow(changed(5, 0), tables)).toMatchObject({ tenant: "acme" });
  expect(exchangeOfRow(changed(15, [1, 2, "x-b", "", 1, "z"]), tables)).toMatchObject({
    requestHeaders: { "x-a": ["1", "z"], "x-b": [""] },
  });
});

test("rows stand for no more text than they may, all together", () => {
  const bounded = { ...tables, charactersLeft: 9 };
  const tenants = [0, 0, 0].map((index) => exchangeOfRow(changed(5, index), bounded));
  expect(tenants).toMatchObject([{ tenant: "acme" }, { tenant: "acme" }, { tenant: 0 }]);
});

test.each([
  ["a number that is no text's", changed(5, 3)],
  ["a negative one", changed(5, -1)],
  ["half of one", changed(5, 0.5)],
  ["a consumer that is no fingerprint", changed(6, 0)],
  ["a header without a value", changed(15, ["x-a"])],
  ["a header whose value is no text's", changed(15, ["x-a", 7])],
  ["a header whose name is no text's", changed(15, [7, "x-a"])],
  ["a header that is a property of objects", changed(15, ["__proto__", "x"])],
  ["headers that are none", changed(16, "x-a")],
  ["a time that is none", changed(0, "5")],
  ["a row that is too short", rowOfExchange(exchange, 990).slice(0, 16)],
  ["more that is no object", [...rowOfExchange(exchange, 990), "query"]],
  ["an exchange of version 1", exchange],
  ["nothing", null],
])("%s makes no exchange", (_, row) => {
  expect(valid(rowOfExchange(exchange, 990))).toBe(true);
  expect(valid(row)).toBe(false);
});

test("whatever a row is, reading it does not throw, and changes no prototype", () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { maxLength: 20 }), (row) => {
      exchangeOfRow(row, tables);
      exchangeOfRow(changed(15, row), tables);
    }),
  );
  expect(Object.keys(Object.prototype)).toEqual([]);
});
