import { hoursOf, parsePeriod, previousPeriod, rangeOf } from "@masthead/api/features/reports/period.rules";
import type { ReportRow, ReportTrendRow, TenantReport } from "@masthead/shared/http/report-schema";

/** A number in [0, 1), the same at every run. */
const generator = (seed: number) => () => {
  seed = (seed * 16_807) % 2_147_483_647;
  return seed / 2_147_483_647;
};

type Counts = Pick<ReportRow, "requests" | "errors" | "requestBytes" | "responseBytes" | "measures">;
const NOTHING = { p50: null, p90: null, p95: null, p99: null };

export interface SampleOptions {
  readonly period?: string;
  readonly timeZone?: string;
  readonly tenant?: TenantReport["tenant"];
  /** how many endpoints, services, consumers and models */
  readonly many?: { endpoints: number; services: number; consumers: number; models: number };
  readonly nameOf?: (what: string, i: number) => string;
  readonly empty?: boolean;
  readonly whole?: boolean;
}

/** A report such as a tenant of an AI gateway has; its rows add up. */
export const sampleReport = ({
  period: text = "2026-11",
  timeZone = "UTC",
  tenant = { id: "acme", name: "Acme Robotics" },
  many = { endpoints: 18, services: 3, consumers: 9, models: 4 },
  nameOf = (what, i) => `${what}-${i + 1}`,
  empty = false,
  whole = false,
}: SampleOptions = {}): TenantReport => {
  const random = generator(11);
  const period = parsePeriod(text, timeZone);
  if (!period) throw new Error(`no period ${text}`);
  const counts = (requests: number): Counts => ({
    requests,
    errors: Math.floor(requests * 0.004 * random()),
    requestBytes: requests * 900,
    responseBytes: requests * 4_200,
    measures: { "x-ratelimit-ai-tokens": requests * 310 },
  });
  const latency = (around: number) => ({
    p50: around,
    p90: around * 2.1,
    p95: around * 3.4,
    p99: around * 9.7,
  });
  const add = (rows: readonly Counts[]): Counts =>
    rows.reduce<Counts>(
      (sum, row) => ({
        requests: sum.requests + row.requests,
        errors: sum.errors + row.errors,
        requestBytes: sum.requestBytes + row.requestBytes,
        responseBytes: sum.responseBytes + row.responseBytes,
        measures: empty
          ? {}
          : {
              "x-ratelimit-ai-tokens":
                (sum.measures["x-ratelimit-ai-tokens"] ?? 0) + (row.measures["x-ratelimit-ai-tokens"] ?? 0),
            },
      }),
      { requests: 0, errors: 0, requestBytes: 0, responseBytes: 0, measures: {} },
    );
  const trendOf = (of: typeof period, scale: number): ReportTrendRow[] =>
    of.starts.map((from, i) => {
      const wave = 1 + 0.6 * Math.sin((i / (of.unit === "day" ? 7 : 24)) * 2 * Math.PI) + 0.3 * random();
      return {
        ...rangeOf({ from, to: of.starts[i + 1] ?? of.to }),
        ...(empty ? add([]) : counts(Math.round(scale * wave))),
        latencyMs: empty ? NOTHING : latency(40 * (0.8 + 0.5 * random())),
      };
    });
  const counted = (of: typeof period, scale: number) => {
    const trend = trendOf(of, scale);
    const { measures, ...totals } = add(trend);
    return {
      totals,
      measures,
      latencyMs: empty ? NOTHING : latency(42),
      uniqueConsumers: { count: empty ? 0 : many.consumers, standardError: null },
      trend,
    };
  };
  const current = counted(period, 48_000);
  const before = previousPeriod(period);
  const previous = counted(before, 41_000);
  /** Requests split unequally into so many parts. */
  const parts = (count: number): Counts[] => {
    if (empty) return [];
    const weights = Array.from({ length: count }, (_, i) => 1 / (i + 1));
    const whole = weights.reduce((a, b) => a + b, 0);
    const sizes = weights.map((weight) => Math.floor((current.totals.requests * weight) / whole));
    sizes[0] = (sizes[0] as number) + current.totals.requests - sizes.reduce((a, b) => a + b, 0);
    return sizes.map(counts);
  };
  const keyed = (count: number, key: (i: number) => string | null): ReportRow[] =>
    parts(count).map((part, i) => ({ key: key(i), ...part }));
  const endpoints = parts(many.endpoints).map((part, i) => ({
    method: ["GET", "POST", "PUT", "DELETE"][i % 4] as string,
    template: nameOf("/v1/things/{id}/parts", i),
    ...part,
    latencyMs: latency(12 + 9 * i),
  }));
  const hours = hoursOf(period);
  const hex = (i: number) => i.toString(16).padStart(2, "0");
  return {
    tenant,
    period: period.text,
    timeZone,
    range: rangeOf(period),
    ...current,
    previous: { period: before.text, range: rangeOf(before), ...previous },
    change: {
      requests: empty ? null : 0.170732,
      errors: empty ? null : -0.1,
      requestBytes: empty ? null : 0.170732,
      responseBytes: empty ? null : 0.170732,
      uniqueConsumers: empty ? null : 0,
      measures: empty ? {} : { "x-ratelimit-ai-tokens": 0.170732 },
    },
    breakdowns: {
      service: keyed(many.services, (i) => nameOf("gateway.service", i)),
      endpoint: endpoints,
      template: [],
      method: keyed(4, (i) => ["GET", "POST", "PUT", "DELETE"][i] as string),
      consumer: keyed(many.consumers, (i) =>
        i === 2 ? null : `fp:a1b2c3d4:${`9f8e7d6c5b${hex(i)}`.padEnd(32, hex(i))}`,
      ),
      status: keyed(6, (i) => ["200", "201", "404", "429", "503", null][i] as string | null),
      statusClass: keyed(4, (i) => ["2xx", "4xx", "5xx", null][i] as string | null),
      dimensions: empty ? {} : { "x-model-id": keyed(many.models, (i) => nameOf("model", i)) },
    },
    errors: {
      rate: empty ? null : 0.002134,
      previousRate: empty ? null : 0.0031,
      endpoints: endpoints
        .filter(({ errors }) => errors > 0)
        .sort((a, b) => b.errors - a.errors)
        .map(({ method, template, requests, errors }) => ({ method, template, requests, errors })),
    },
    peakHours: empty
      ? []
      : [...new Map(hours.map((hour) => [hour.weekday * 24 + hour.hour, hour])).values()]
          .map(({ weekday, hour }) => {
            const requests = Math.round(
              9_000 * (weekday > 5 ? 0.2 : 1) * Math.exp(-((hour - 14) ** 2) / 30) * (0.7 + 0.5 * random()),
            );
            return { weekday, hour, requests, errors: 0 };
          })
          .filter(({ requests }) => requests > 0)
          .sort((a, b) => a.weekday - b.weekday || a.hour - b.hour),
    headers: empty
      ? []
      : (
          [
            ["authorization", "request", "fingerprint", null, "exchange"],
            ["cookie", "request", "presence", null, "exchange"],
            ["user-agent", "request", "keep", 512, "exchange"],
            ["x-client-id", "request", "keep", null, "tenant"],
            ["x-model-id", "request", "keep", null, "dimension"],
            ["content-type", "response", "keep", 512, "exchange"],
            ["x-ratelimit-ai-tokens", "response", "keep", null, "measure"],
          ] as const
        ).map(([name, from, action, maxLength, use], i) => ({
          ...{ name, from, action, maxLength, use },
          policy: "gateway",
          sinceRevision: 4 + i,
          since: "2026-10-02T08:15:00.000000Z",
          until: i === 2 ? "2026-11-12T09:30:00.000000Z" : null,
        })),
    meta: whole
      ? { completeUntil: rangeOf(period).to, completeness: { lost: 0, pending: 0, gaps: [] } }
      : empty
        ? { completeUntil: null, completeness: { lost: 0, pending: 0, gaps: [] } }
        : {
            completeUntil: new Date((period.from + (period.to - period.from) * 0.8) * 1000)
              .toISOString()
              .replace("Z", "000Z"),
            completeness: {
              lost: 41,
              pending: 7,
              gaps: [
                {
                  from: rangeOf(period).from,
                  to: new Date(period.from * 1000 + 600_000).toISOString().replace("Z", "000Z"),
                  reason: "agent/epoch_ended",
                },
              ],
            },
          },
  };
};
