import { OTHER_SERIES } from "@masthead/shared/ids";
import type { Exchange } from "../exchange.js";
import { clamp, WIRE_MAX } from "../ship/wire-text.js";

/** What names a series, without its window: the dimensions of usage. */
export interface Series {
  /** unique among series of all policies and revisions */
  key: string;
  exchange: Exchange;
  /** as inferred; a folded series is named `__other__` instead */
  template: string;
  /** absent: unknown; `__other__`: one that the part's sketch counts */
  consumer?: string | undefined;
  folded: boolean;
}

const SEPARATOR = "\u0000";

function dimensionKey(dimensions: Record<string, string | null>): string {
  let key = "";
  for (const name in dimensions) {
    const value = dimensions[name];
    key += value === null ? `${SEPARATOR}${name}` : `${SEPARATOR}${name}=${value}`;
  }
  return key;
}

const common = ({ policy, connection, tenant, method, status }: Exchange): string =>
  policy.name +
  SEPARATOR +
  policy.revision +
  (connection.role === "server" ? "s" : "c") +
  (status ?? "") +
  SEPARATOR +
  method +
  SEPARATOR +
  connection.process.serviceName +
  SEPARATOR +
  tenant +
  SEPARATOR;

const named = (exchange: Exchange, template: string, consumer: string | undefined): Series => ({
  key:
    common(exchange) +
    (consumer ?? "") +
    SEPARATOR +
    template +
    (exchange.dimensions ? dimensionKey(exchange.dimensions) : ""),
  exchange,
  template,
  consumer,
  folded: false,
});

export const seriesOf = (exchange: Exchange, template: string): Series =>
  named(exchange, template, exchange.consumer);

const otherConsumer = ({ consumer }: Exchange) => (consumer === undefined ? undefined : OTHER_SERIES);

/** The series in which it is booked where consumers are too many: the consumer becomes `__other__`. */
export const seriesWithoutConsumerOf = (exchange: Exchange, template: string): Series =>
  named(exchange, template, otherConsumer(exchange));

/** The series in which it is booked when there are too many: template and dimensions become `__other__`, too. */
export const foldedSeriesOf = (exchange: Exchange, template: string): Series => {
  const consumer = otherConsumer(exchange);
  const key = common(exchange) + (consumer ?? "") + SEPARATOR + SEPARATOR + SEPARATOR;
  return { key, exchange, template, consumer, folded: true };
};

const foldedDimensions = (dimensions: Record<string, string | null>): Record<string, string | null> =>
  Object.fromEntries(Object.keys(dimensions).map((name) => [name, OTHER_SERIES]));

const clampedDimensions = (dimensions: Record<string, string | null>): Record<string, string | null> =>
  Object.fromEntries(
    Object.entries(dimensions).map(([name, value]) => [
      name,
      value === null ? null : clamp(value, WIRE_MAX.dimension),
    ]),
  );

/** JSON of all that names a usage part, less the closing brace. @param policy row in the batch's table */
export function usagePartHead(
  { exchange, template, consumer, folded }: Series,
  windowStart: number,
  policy: number,
): string {
  const { dimensions } = exchange;
  return JSON.stringify({
    windowStart,
    policy,
    role: exchange.connection.role,
    service: clamp(exchange.connection.process.serviceName, WIRE_MAX.serviceName),
    tenant: clamp(exchange.tenant, WIRE_MAX.tenant),
    template: folded ? OTHER_SERIES : clamp(template, WIRE_MAX.template),
    method: clamp(exchange.method, WIRE_MAX.method),
    status: exchange.status,
    dimensions: dimensions && (folded ? foldedDimensions(dimensions) : clampedDimensions(dimensions)),
    consumer,
  }).slice(0, -1);
}
