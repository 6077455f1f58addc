import type { TenantReport } from "@masthead/shared/http/report-schema";
import { html } from "hono/html";
import { bytes, duration, number, percent, periodName, signedPercent } from "./format.js";
import type { Html } from "./html.js";

interface Tile {
  readonly name: string;
  readonly value: string;
  readonly change: Html | string;
}

/** Characters of a value beyond which it is set smaller. */
const LONG = 10;

const tile = ({ name, value, change }: Tile): Html =>
  html`<div><dt><bdi>${name}</bdi></dt><dd class="value${value.length > LONG ? " long" : ""}">${value}</dd><dd class="change">${change}</dd></div>`;

/** The numbers that matter most, each with how it changed. */
export const headline = (report: TenantReport): Html => {
  const { totals, previous, change, latencyMs, errors, uniqueConsumers } = report;
  const before = previous
    ? `${previous.period.length === 7 ? "in" : "on"} ${periodName(previous.period)}`
    : "";
  const against = (share: number | null | undefined, was: string): string =>
    share === undefined
      ? ""
      : share === null
        ? `none ${before}`
        : share === 0
          ? `as ${before}`
          : `${signedPercent(share)}, from ${was}`;
  const data = totals.requestBytes + totals.responseBytes;
  const dataBefore = previous ? previous.totals.requestBytes + previous.totals.responseBytes : 0;
  const tiles: Tile[] = [
    {
      name: "Requests",
      value: number(totals.requests),
      change: against(change?.requests, number(previous?.totals.requests ?? 0)),
    },
    {
      name: "Failed",
      value: percent(errors.rate),
      change: verdict(errors.rate, errors.previousRate, percent),
    },
    {
      name: "95 % took at most",
      value: duration(latencyMs.p95),
      change: verdict(latencyMs.p95, previous?.latencyMs.p95 ?? null, duration),
    },
    {
      name: uniqueConsumers.standardError === null ? "Consumers" : "Consumers, about",
      value: number(uniqueConsumers.count),
      change: against(change?.uniqueConsumers, number(previous?.uniqueConsumers.count ?? 0)),
    },
    {
      name: "Data in and out",
      value: bytes(data),
      change: against(
        previous ? (dataBefore === 0 ? null : (data - dataBefore) / dataBefore) : undefined,
        bytes(dataBefore),
      ),
    },
    ...Object.entries(report.measures).map(
      ([name, sum]): Tile => ({
        name,
        value: number(sum),
        change: against(
          change ? (change.measures[name] ?? null) : undefined,
          number(previous?.measures[name] ?? 0),
        ),
      }),
    ),
  ];
  const inRow = tiles.length === 6 ? " thirds" : tiles.length > 6 ? " quarters" : "";
  return html`<dl class="tiles${inRow}">${tiles.map(tile)}</dl>`;
};

/** Of what is better when it is less: in words, since a colour alone says nothing to many. */
const verdict = (
  value: number | null,
  before: number | null,
  shown: (value: number) => string,
): Html | string => {
  if (value === null || before === null)
    return before === null ? "nothing before" : `${shown(before)} before`;
  if (shown(value) === shown(before)) return "as before";
  return value > before
    ? html`<span class="worse">up</span> from ${shown(before)}`
    : html`<span class="better">down</span> from ${shown(before)}`;
};
