import type { Exchange } from "../exchange.js";

const NUMBER = /^-?\d{1,15}(?:\.\d{1,15})?$/;

/** Adds a header's value to a measure of the exchange. @returns false where it is no number, which leaves the sum as it is */
export function addMeasure(exchange: Exchange, name: string, value: string, whole: boolean): boolean {
  if (!whole || !NUMBER.test(value)) return false;
  exchange.measures ??= {};
  exchange.measures[name] = (exchange.measures[name] ?? 0) + Number(value);
  return true;
}
