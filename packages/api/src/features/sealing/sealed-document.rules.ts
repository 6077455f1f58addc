import { createHash } from "node:crypto";
import { canonicalJson } from "@masthead/shared/canonical-json";
import type { Correction, TenantReport } from "@masthead/shared/http/report-schema";
import type { SealedTenantReport } from "@masthead/shared/http/sealed-report-schema";
import { toRfc3339 } from "@masthead/shared/time";
import type { SealedReport } from "./sealed-reports.store.js";
import type { GivenUp } from "./settled.read-model.js";

type Gap = TenantReport["meta"]["completeness"]["gaps"][number];
type Counts = TenantReport["totals"];

const order = (a: Gap, b: Gap): number => (canonicalJson(a) < canonicalJson(b) ? -1 : 1);

/**
 * What a report says once no agent can add to it: what is pending is what was given up, and what is missing of a run that
 * ended is a gap, too. The same data make the same, whenever it is sealed.
 */
export const settledReport = (report: TenantReport, givenUp: readonly GivenUp[]): TenantReport => {
  const { from, to } = report.range;
  const missing = givenUp
    .filter(({ goesOn }) => !goesOn)
    .map(({ fromUs }): Gap => {
      const [start = from] = [from, toRfc3339(fromUs)].sort().reverse();
      return { from: start, to, reason: "agent/undelivered" };
    });
  const { completeness } = report.meta;
  return {
    ...report,
    meta: {
      completeUntil:
        givenUp.length > 0
          ? toRfc3339(Math.min(...givenUp.map(({ fromUs }) => fromUs)))
          : report.meta.completeUntil && to,
      completeness: {
        ...completeness,
        pending: givenUp.reduce((sum, { pending }) => sum + pending, 0),
        gaps: [...completeness.gaps, ...missing].sort(order),
      },
    },
  };
};

const TEXT = new TextDecoder("utf-8", { fatal: true });

/** The document of a sealed report. */
export const parseSealed = ({ document }: Pick<SealedReport, "document">): SealedTenantReport =>
  JSON.parse(TEXT.decode(document)) as SealedTenantReport;

/** SHA-256 of bytes. */
export const sha256Of = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();

/**
 * The next version of a report: canonical JSON and its hash.
 * @param before the newest version so far; the next one names it
 * @returns null where the version before says the same of the period
 */
export const nextVersion = (
  report: TenantReport,
  before: SealedReport | undefined,
): Pick<SealedReport, "version" | "document" | "sha256"> | null => {
  const next: SealedTenantReport = { ...report, status: "sealed", version: 1 };
  if (before !== undefined) {
    const { status: _status, version, corrects: _corrects, ...held } = parseSealed(before);
    if (canonicalJson(held) === canonicalJson(report)) return null;
    next.status = "restated";
    next.version = version + 1;
    next.corrects = correctionOf(before, held.totals, report.totals);
  }
  const document = new TextEncoder().encode(canonicalJson(next));
  return { version: next.version, document, sha256: sha256Of(document) };
};

const correctionOf = ({ version, sha256 }: SealedReport, before: Counts, now: Counts): Correction => ({
  version,
  sha256: Buffer.from(sha256).toString("hex"),
  totals: before,
  changes: {
    requests: now.requests - before.requests,
    errors: now.errors - before.errors,
    requestBytes: now.requestBytes - before.requestBytes,
    responseBytes: now.responseBytes - before.responseBytes,
  },
});
