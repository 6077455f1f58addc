import type { ExchangeItem } from "@masthead/shared/http/exchange-item";

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
