import type { TenantAttribution, TenantMove, TenantResource } from "@masthead/shared/http/tenant-resource";
import { ago } from "./ago.js";
import { countText, shareText } from "./number-text.js";
import { printable } from "./printable.js";
import { table } from "./table.js";
import type { Look } from "./terminal.js";

const progressText = ({ finishedAt, days }: TenantMove, nowMs: number): string => {
  if (finishedAt !== null) return `done ${ago(finishedAt, nowMs)}`;
  return days.left === null ? "waits" : `day ${days.done} of ${days.done + days.left}`;
};

const facts = (pairs: readonly (readonly [string, string])[]): string =>
  pairs.map(([name, value]) => `${`${name}:`.padEnd(18)}${printable(value)}`).join("\n");

const seenText = (time: string | null, nowMs: number): string =>
  time === null ? "never" : `${time} (${ago(time, nowMs)})`;

/** A tenant, and how its requests came to be its own, for people. */
export const tenantText = (
  tenant: TenantResource,
  attribution: TenantAttribution,
  look: Look,
  nowMs: number,
): string => {
  const { sources, requests } = attribution;
  const labels = Object.entries(tenant.labels).map(([name, value]) => `${name}=${value}`);
  const source = (count: number) => `${countText(count)}  ${shareText(count, requests)}`.trimEnd();
  const about = facts([
    ["id", tenant.id],
    ["name", tenant.name ?? "none"],
    ["labels", labels.join(" ") || "none"],
    ["registered", tenant.revision === null ? "no" : `yes, at revision ${tenant.revision}`],
    ["first seen", seenText(tenant.firstSeenAt, nowMs)],
    ["last seen", seenText(tenant.lastSeenAt, nowMs)],
    ["requests", `${countText(tenant.requests)} in all, ${countText(requests)} in 30 days, of which`],
    ["  by policy", source(sources.policy)],
    ["  by fingerprint", source(sources.ingest)],
    ["  moved later", source(sources.move)],
  ]);
  const counts = new Map(attribution.fingerprints.map((one) => [one.fingerprint, one]));
  const moves = new Map(attribution.moves.map((one) => [one.fingerprint, one]));
  const known = [...new Set([...tenant.fingerprints, ...counts.keys()])];
  if (known.length === 0) return `${about}\n\nfingerprints:     none`;
  const rows = known.map((fingerprint) => ({
    fingerprint,
    count: counts.get(fingerprint),
    move: moves.get(fingerprint),
  }));
  return `${about}\n\n${table(
    [
      { title: "FINGERPRINT", cell: (row) => row.fingerprint },
      { title: "CAME WITH IT", align: "right", cell: (row) => countText(row.count?.ingest ?? 0) },
      { title: "MOVED LATER", align: "right", cell: (row) => countText(row.count?.move ?? 0) },
      {
        title: "WHAT WAS BEFORE",
        cell: (row) => (row.move ? progressText(row.move, nowMs) : "no longer its own"),
      },
    ],
    rows,
    look,
  )}`;
};
