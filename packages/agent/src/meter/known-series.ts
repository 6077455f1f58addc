import type { Exchange } from "../exchange.js";
import { type Series, seriesOf } from "./series.js";

const SLOTS = 256;

/**
 * The series of the last exchanges. To name one anew (a text of all its dimensions, and that text's hash) takes longer than to see that
 * an exchange has the dimensions of another: those are mostly the same texts. What comes takes the place of what had its slot.
 */
export class KnownSeries {
  readonly #slots: (Series | undefined)[] = new Array(SLOTS).fill(undefined);

  /** See {@link seriesOf}; `exchange` of the series may be an earlier one with the same dimensions. */
  of(exchange: Exchange, template: string): Series {
    const slot = slotOf(exchange, template);
    const known = this.#slots[slot];
    if (known !== undefined && known.template === template && isOneSeries(known.exchange, exchange))
      return known;
    const series = seriesOf(exchange, template);
    this.#slots[slot] = series;
    return series;
  }
}

/** By what tells series apart most: who calls, what, and how it ended. */
function slotOf({ tenant, method, status, consumer }: Exchange, template: string): number {
  let mixed = Math.imul(template.length, 31) + (status ?? 0) + lastUnits(template);
  mixed = Math.imul(mixed, 31) + method.length + lastUnits(tenant);
  if (consumer !== undefined) mixed = Math.imul(mixed, 31) + lastUnits(consumer);
  return (Math.imul(mixed, 0x9e3779b1) >>> 16) % SLOTS;
}

function lastUnits(text: string): number {
  const end = text.length;
  if (end < 3) return end;
  return text.charCodeAt(end - 1) + (text.charCodeAt(end - 2) << 5) + (text.charCodeAt(end - 3) << 10);
}

function isOneSeries(a: Exchange, b: Exchange): boolean {
  return (
    a.policy === b.policy &&
    a.tenant === b.tenant &&
    a.consumer === b.consumer &&
    a.status === b.status &&
    a.method === b.method &&
    (a.connection === b.connection ||
      (a.connection.role === b.connection.role &&
        a.connection.process.serviceName === b.connection.process.serviceName)) &&
    hasSameDimensions(a.dimensions, b.dimensions)
  );
}

/** Of one policy, so of the same names. */
function hasSameDimensions(a: Exchange["dimensions"], b: Exchange["dimensions"]): boolean {
  if (a === undefined || b === undefined) return a === b;
  for (const name in b) if (a[name] !== b[name]) return false;
  return true;
}
