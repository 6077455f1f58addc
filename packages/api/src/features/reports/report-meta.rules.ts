import type { TenantReport } from "@masthead/shared/http/report-schema";
import type { UsageMeta } from "@masthead/shared/http/usage-schema";

/** What the ledger says of the fleet. */
export type FleetMeta = Pick<UsageMeta, "completeUntil" | "completeness">;
type Gap = TenantReport["meta"]["completeness"]["gaps"][number];

const GAPS_MAX = 100;

const order = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
/** Of RFC 3339 times, which sort as texts. */
const earlier = (a: string, b: string): string => (order(a, b) < 0 ? a : b);
const later = (a: string, b: string): string => (order(a, b) < 0 ? b : a);

/**
 * What the ledger says of the period itself, so that it stays the same once the period is complete: agents go on, and which of
 * them it was is no tenant's business. Gaps of one reason that overlap are one; those beyond a bound are one long one.
 */
export const metaWithin = (
  { completeUntil, completeness }: FleetMeta,
  { from, to }: TenantReport["range"],
): TenantReport["meta"] => {
  const isComplete = completeUntil !== null && completeUntil >= to;
  return {
    completeUntil: isComplete ? to : completeUntil,
    completeness: {
      lost: completeness.lost,
      pending: isComplete ? 0 : completeness.pending,
      gaps: united(
        completeness.gaps.map((gap) => ({
          from: later(gap.from, from),
          to: earlier(gap.to, to),
          reason: gap.reason,
        })),
      ),
    },
  };
};

const united = (gaps: readonly Gap[]): Gap[] => {
  const kept: Gap[] = [];
  for (const gap of [...gaps].sort((a, b) => order(a.reason, b.reason) || order(a.from, b.from))) {
    const last = kept.at(-1);
    const joins = last?.reason === gap.reason && (gap.from <= last.to || kept.length >= GAPS_MAX);
    if (last && joins) last.to = later(last.to, gap.to);
    else kept.push({ ...gap });
  }
  return kept.sort((a, b) => order(a.from, b.from) || order(a.reason, b.reason));
};
