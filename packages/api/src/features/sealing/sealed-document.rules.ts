import { createHash } from "node:crypto";
import type { Correction, TenantReport } from "@masthead/shared/http/report-schema";
import { toRfc3339 } from "@masthead/shared/time";
import { canonicalJson } from "../../platform/canonical-json.js";
import type { Period } from "../reports/index.js";
import type { SealedReport } from "./sealed-reports.store.js";
import type { GivenUp } from "./settled.read-model.js";

/** What is said in a report of itself, not of the period. */
const OF_ITSELF = ["generatedAt", "status", "version", "corrects"] as const;

type Gap = Omit<TenantReport["meta"]["completeness"]["gaps"][number], "agentId">;

/**
 * What a sealed report says of the period. Nothing in it depends on when it is sealed, so that the same data make the same
 * bytes: times are cut to the period, and what is pending is what was given up. Gaps do not name agents, since a
 * report is its tenant's to read.
 */
export const sealedContent = (report: TenantReport, period: Period, givenUp: readonly GivenUp[]): object => {
  const [from, to] = [toRfc3339(period.from * 1e6), toRfc3339(period.to * 1e6)];
  const { completeUntil, completeness } = report.meta;
  const gaps = [
    ...completeness.gaps.map((gap): Gap => ({ from: gap.from, to: gap.to, reason: gap.reason })),
    ...givenUp
      .filter(({ goesOn }) => !goesOn)
      .map(({ fromUs }): Gap => ({ from: toRfc3339(fromUs), to, reason: "agent/undelivered" })),
  ]
    .map((gap) => ({ ...gap, from: later(gap.from, from), to: earlier(gap.to, to) }))
    .filter((gap) => gap.from < gap.to);
  return {
    ...without(report, OF_ITSELF),
    meta: {
      ...report.meta,
      completeUntil: completeUntil === null ? null : later(earlier(completeUntil, to), from),
      completeness: {
        ...completeness,
        pending: givenUp.reduce((sum, { pending }) => sum + pending, 0),
        gaps: [...new Map(gaps.map((gap) => [canonicalJson(gap), gap])).entries()]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([, gap]) => gap),
      },
    },
  };
};

const earlier = (a: string, b: string): string => (a < b ? a : b);
const later = (a: string, b: string): string => (a > b ? a : b);

const without = (value: object, names: readonly string[]): object =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));

const TEXT = new TextDecoder("utf-8", { fatal: true });

/** The document of a sealed report, as it is held. */
export const parseSealed = ({ document }: Pick<SealedReport, "document">): TenantReport =>
  JSON.parse(TEXT.decode(document)) as TenantReport;

/** SHA-256 of bytes. */
export const sha256Of = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/**
 * The next version of a report: canonical JSON and its hash.
 * @param content what it says of the period, see {@link sealedContent}
 * @param before the newest version so far; the next one names it
 * @returns null where the version before says the same of the period
 */
export const nextVersion = (
  content: object,
  before: SealedReport | undefined,
): Pick<SealedReport, "version" | "document" | "sha256"> | null => {
  const version = (before?.version ?? 0) + 1;
  const own: Pick<TenantReport, "status" | "version" | "corrects"> = { status: "sealed", version };
  if (before !== undefined) {
    const held = parseSealed(before);
    if (canonicalJson(without(held, OF_ITSELF)) === canonicalJson(content)) return null;
    own.status = "restated";
    own.corrects = correctionOf(before, held.totals, (content as TenantReport).totals);
  }
  const document = new TextEncoder().encode(canonicalJson({ ...content, ...own }));
  return { version, document, sha256: sha256Of(document) };
};

const correctionOf = (
  { version, sha256 }: SealedReport,
  before: TenantReport["totals"],
  now: TenantReport["totals"],
): Correction => {
  const names = Object.keys(now) as (keyof TenantReport["totals"])[];
  const changes = names.map((name) => [name, now[name] - before[name]] as const);
  return {
    version,
    sha256: hex(sha256),
    totals: before,
    changes: Object.fromEntries(changes) as Correction["changes"],
  };
};
