import type { HeldHeader } from "@masthead/shared/http/report-schema";
import { toRfc3339, type UnixMicros } from "@masthead/shared/time";
import type { HeaderAsk, PolicyRevision } from "./policy-revisions.read-model.js";

type Held = Pick<HeldHeader, "name" | "from" | "action" | "maxLength" | "use">;

/** What is held of which header, and what for. */
const heldBy = ({ headers, tenant, dimensions, measures }: HeaderAsk): Held[] => [
  ...(["request", "response"] as const).flatMap((from) =>
    (headers?.[from] ?? []).map((rule): Held => {
      const maxLength = rule.action === "keep" ? rule.maxLength : null;
      return { name: rule.name, from, action: rule.action, maxLength, use: "exchange" };
    }),
  ),
  ...(tenant ?? []).flatMap(({ header, fingerprint }): Held[] => {
    const name = header ?? fingerprint;
    if (name === undefined) return [];
    const action = header === undefined ? "fingerprint" : "keep";
    return [{ name, from: "request", action, maxLength: null, use: "tenant" }];
  }),
  ...(dimensions ?? []).map(
    (name): Held => ({ name, from: "request", action: "keep", maxLength: null, use: "dimension" }),
  ),
  ...(measures ?? []).map(
    ({ header, from }): Held => ({ name: header, from, action: "keep", maxLength: null, use: "measure" }),
  ),
];

const nameOf = ({ from, name, use, action, maxLength }: Held): string =>
  JSON.stringify([from, name, use, action, maxLength]);

/** Rows that a report has at most. */
export const HELD_HEADERS_MAX = 1_000;

/**
 * What was held of which header at any time from `fromUs` on, by the revisions made before the period's end.
 * @param revisions by policy and ascending
 */
export const heldHeaders = (revisions: readonly PolicyRevision[], fromUs: UnixMicros): HeldHeader[] => {
  const ended: HeldHeader[] = [];
  const present = new Map<string, Map<string, HeldHeader>>();
  for (const { policy, revision, changedAtUs, asks } of revisions) {
    const before = present.get(policy);
    const now = new Map<string, HeldHeader>();
    for (const held of asks ? heldBy(asks) : []) {
      const name = nameOf(held);
      const since = { policy, sinceRevision: revision, since: toRfc3339(changedAtUs), until: null };
      now.set(name, before?.get(name) ?? { ...held, ...since });
    }
    if (changedAtUs > fromUs)
      for (const [name, held] of before ?? [])
        if (!now.has(name)) ended.push({ ...held, until: toRfc3339(changedAtUs) });
    present.set(policy, now);
  }
  const open = [...present.values()].flatMap((ofPolicy) => [...ofPolicy.values()]);
  return [...open, ...ended].sort(inOrder).slice(0, HELD_HEADERS_MAX);
};

const FIELDS = ["from", "name", "use", "policy", "action", "since"] as const;

const inOrder = (a: HeldHeader, b: HeldHeader): number => {
  const field = FIELDS.find((one) => a[one] !== b[one]);
  return field === undefined ? a.sinceRevision - b.sinceRevision : a[field] < b[field] ? -1 : 1;
};
