import { basename } from "node:path";
import type { ExchangeItem } from "@masthead/shared/http/exchange-item";
import { reasonCode } from "@masthead/shared/wire/coverage-reasons";
import type { CoverageEntry } from "@masthead/shared/wire/heartbeat";

const text = (value: unknown): string => (value === undefined ? "" : String(value));

/** One exchange as one line for people. */
export function traceLine({ time, durationMs, role, attributes }: ExchangeItem): string {
  const status = attributes["http.response.status_code"] ?? attributes["error.type"] ?? "-";
  const columns = [
    time.slice(11, 23),
    role.padEnd(6),
    text(attributes["service.name"]).padEnd(16),
    text(status).padEnd(4),
    `${durationMs.toFixed(1)}ms`.padStart(9),
    text(attributes["http.request.method"]),
    `${text(attributes["server.address"])}${text(attributes["url.path"])}`,
  ];
  const headers = Object.entries(attributes)
    .filter(([name]) => name.startsWith("http.request.header."))
    .map(
      ([name, values]) => `${name.slice("http.request.header.".length)}=${(values as string[]).join(",")}`,
    );
  return [...columns, ...headers].join(" ");
}

/**
 * Why exchanges may be missing of which nothing was lost; undefined where no connection spoke HTTP/2.
 * @param connections that did @param coverage names those that still live
 */
export function leftAloneLine(connections: number, coverage: readonly CoverageEntry[]): string | undefined {
  if (connections === 0) return undefined;
  const speak = coverage.filter(({ notes }) => notes?.some((note) => reasonCode(note) === "http2"));
  const names = [...new Set(speak.map(({ executable }) => basename(executable)))];
  const spoke =
    connections === 1
      ? "1 connection speaks HTTP/2 and was"
      : `${connections} connections speak HTTP/2 and were`;
  return `${spoke} left alone${names.length > 0 ? `, of ${names.join(", ")}` : ""}`;
}
