import type { UsageMeta } from "@masthead/client";
import { ago } from "./ago.js";
import { countText } from "./number-text.js";
import { printable } from "./printable.js";
import type { Look } from "./terminal.js";

const GAPS_SHOWN = 5;

/** What an answer covers of the truth: one line where all is well, and one for each thing that is not. */
export const completenessLines = (
  { completeUntil, completeness }: Pick<UsageMeta, "completeUntil" | "completeness">,
  look: Look,
  nowMs: number,
): string[] => {
  const { lost, pending, gaps } = completeness;
  const until =
    completeUntil === null
      ? look.paint("yellow", "No agent has reported on this time.")
      : look.paint("dim", `Complete until ${completeUntil.slice(0, 19)}Z (${ago(completeUntil, nowMs)}).`);
  const warnings = [
    ...(lost > 0 ? [`${countText(lost)} exchanges of this time are known to be lost.`] : []),
    ...(pending > 0 ? [`${countText(pending)} exchanges are captured and not counted yet.`] : []),
    ...gaps
      .slice(0, GAPS_SHOWN)
      .map(
        ({ agentId, from, to, reason }) =>
          `Nothing is known of ${agentId} from ${from} to ${to} (${reason}).`,
      ),
    ...(gaps.length > GAPS_SHOWN
      ? [`${countText(gaps.length - GAPS_SHOWN)} more gaps: --json has all.`]
      : []),
  ];
  return [until, ...warnings.map((line) => look.paint("yellow", printable(line)))];
};
