import type { TenantReport } from "@masthead/shared/http/report-schema";
import { html } from "hono/html";
import { number, timeIn } from "./format.js";
import type { Html } from "./html.js";
import { table } from "./table.js";

/** Reasons in words; what is not here is shown as it is. */
const REASONS: Readonly<Record<string, string>> = {
  "agent/epoch_ended": "a capturing agent ended without a last report",
  "agent/stopped": "an agent was stopped, and came back later",
  "agent/suspended": "an agent suspended capture to spare its host",
  "agent/undelivered": "what an agent had captured did not arrive",
  "agent/silent": "an agent was not heard of",
};

const plural = (count: number, one: string, many: string): string =>
  `${number(count)} ${count === 1 ? one : many}`;

/** Whether everything of the period is counted. */
export const isWhole = ({ range, meta: { completeUntil, completeness } }: TenantReport): boolean =>
  completeUntil === range.to && completeness.lost === 0 && completeness.gaps.length === 0;

/** How complete the report is, in one or two sentences. */
export const completenessSentence = (report: TenantReport): string => {
  const { completeUntil, completeness } = report.meta;
  if (isWhole(report)) return "Complete: everything of the period is counted.";
  const at = timeIn(report.timeZone);
  const until =
    completeUntil === null
      ? "No agent has reported yet, so nobody can say how complete this is."
      : completeUntil === report.range.to
        ? "Everything that was captured in the period is counted."
        : completeUntil <= report.range.from
          ? "Not complete for any part of the period yet."
          : `Complete until ${at(completeUntil)}; later numbers may still grow.`;
  const missing = [
    completeness.lost > 0
      ? `${plural(completeness.lost, "exchange is", "exchanges are")} known to be lost`
      : "",
    completeness.pending > 0 ? `${plural(completeness.pending, "is", "are")} on the way` : "",
    completeness.gaps.length > 0
      ? `there ${plural(completeness.gaps.length, "gap", "gaps").replace(/^/, completeness.gaps.length === 1 ? "is " : "are ")}`
      : "",
  ].filter((text) => text !== "");
  return missing.length === 0 ? until : `${until} Over the whole fleet, ${missing.join(", ")}.`;
};

/** Spans of which nothing is known. */
export const gapTable = (report: TenantReport): Html => {
  const at = timeIn(report.timeZone);
  return table({
    caption: "Gaps: spans in which exchanges may have happened that nobody counted",
    columns: [
      { name: "From", kind: "text" },
      { name: "To", kind: "text" },
      { name: "Why", kind: "text" },
    ],
    rows: report.meta.completeness.gaps.map((gap) => [
      { shown: html`<time datetime="${gap.from}">${at(gap.from)}</time>` },
      { shown: html`<time datetime="${gap.to}">${at(gap.to)}</time>` },
      { shown: REASONS[gap.reason] ?? gap.reason },
    ]),
    empty: "There is none.",
  });
};
