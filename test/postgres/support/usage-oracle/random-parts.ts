import { consumerEntry, mergeConsumers } from "@masthead/shared/usage/consumer-sketch";
import type { UsagePart } from "@masthead/shared/wire/batch";
import { part } from "../usage-parts.js";

/** Zones whose days are not those of UTC: half hours, quarters of one, clocks that change by an hour or by half of one. */
export const ZONES = [
  "UTC",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "Europe/Berlin",
  "America/New_York",
  "America/Havana",
];
/** Days of 2026 on which the clocks of these zones change. */
export const CHANGES = ["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01"];
export const FIRST_DAY = "2026-02-20";
export const NOW = Date.UTC(2026, 10, 10, 12) / 1_000;

/** Mulberry32: repeatable numbers in [0, 1). */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

const hex = (random: () => number, digits: number): string =>
  Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join("");

/** Parts of every kind, most of them around the days on which clocks change. */
export const randomParts = (seed: number, count: number): UsagePart[] => {
  const random = randomFrom(seed);
  const below = (n: number) => Math.floor(random() * n);
  const oneOf = <T>(values: readonly T[]): T => values[below(values.length)] as T;
  const consumers = Array.from({ length: 60 }, () => `fp:0123abcd:${hex(random, 32)}`);
  const first = Date.parse(FIRST_DAY) / 1_000;
  return Array.from({ length: count }, () => {
    const around = Date.parse(oneOf(CHANGES)) / 1_000 - 86_400 + below(3 * 86_400);
    const anywhere = first + below(NOW - first);
    const time = random() < 0.7 ? around : anywhere;
    const status = oneOf([200, 200, 204, 404, 503, undefined]);
    const latency = new Map<number, number>();
    for (let i = 0; i <= below(4); i++)
      latency.set(oneOf([-1, 0, 210, 300, 340, 390, 500 + below(300)]), 1 + below(3));
    const requests = [...latency.values()].reduce((sum, n) => sum + n, 0);
    const consumer =
      random() < 0.1 ? "__other__" : oneOf([undefined, ...consumers.slice(0, 5), oneOf(consumers)]);
    const made = part({
      windowStart: time - (time % 10),
      policy: below(2),
      role: oneOf(["server", "server", "client"]),
      service: oneOf(["web", "shop, inc"]),
      tenant: oneOf(["acme", "Acme", "unattributed", "ö"]),
      template: oneOf(["/a", "/a b", "/a/{id}", '="x"', "__other__"]),
      method: oneOf(["GET", "POST"]),
      dimensions:
        oneOf([undefined, { "x-model-id": null }, { "x-model-id": "large" }, { "x-model-id": "é" }]) ?? {},
      requests,
      errors: status === undefined || status >= 500 ? requests : 0,
      requestBytes: below(100_000),
      responseBytes: below(2 ** 40),
      measures: oneOf([{}, { "x-tokens": below(1_000) }, { "x-tokens": 7, "x-cost": below(50) }]),
      latency: [...latency].sort(([a], [b]) => a - b),
      ...(consumer === undefined ? {} : { consumer }),
    });
    if (consumer === "__other__")
      made.consumers = mergeConsumers(
        ...Array.from({ length: 1 + below(30) }, () => [consumerEntry(oneOf(consumers)) ?? 1]),
      );
    if (status === undefined) delete made.status;
    else made.status = status;
    return made;
  });
};
