import {
  COVERAGE_REASONS,
  type CoverageMeaning,
  coverageMeaning,
  reasonCode,
} from "@masthead/shared/wire/coverage-reasons";
import type { CoverageEntry } from "@masthead/shared/wire/heartbeat";
import type { DoctorReport } from "./doctor-report.js";
import { PROCESSES_CHECK } from "./host-checks.js";
import { oneLine, shortPath, textTable } from "./text-table.js";

const EXECUTABLE_WIDTH = 44;
const REASON_WIDTH = 72;
const REFUSED: keyof typeof COVERAGE_REASONS = "permission";

/** Processes with a TCP socket, or that may have one: how many are captured, then each, those first that are not. */
export function coverageLines({ coverage, coverageOmitted, checks }: DoctorReport): string[] {
  const areHidden = checks.some(({ name, status }) => name === PROCESSES_CHECK && status !== "ok");
  if (coverage.length === 0) return ["", `No process ${areHidden ? "that is seen " : ""}holds a TCP socket.`];
  const mayHave = coverage.some((entry) => codeOf(entry) === REFUSED);
  const head = ["PID", "EXECUTABLE", "STATE", "RUNTIME", "LINK", "SITE", "WHY NOT", "NOTES"];
  return [
    "",
    `Processes with a TCP socket${mayHave ? `, and with ${REFUSED} those that may have one` : ""}: ${coverageSummary(coverage)}`,
    ...indented(textTable(head, [...coverage].sort(byInterest).map(cells))),
    ...(coverageOmitted === 0 ? [] : [`  and ${coverageOmitted} more`]),
    ...legend(coverage),
  ];
}

/** `12 captured, 3 not (2 go, 1 excluded_by_policy), 5 Masthead's own` */
export function coverageSummary(coverage: readonly CoverageEntry[]): string {
  const not = coverage.filter(({ state }) => state === "not_captured");
  const own = coverage.filter(({ state }) => state === "self").length;
  const counts = new Map<string, number>();
  for (const code of not.map(codeOf)) counts.set(code, (counts.get(code) ?? 0) + 1);
  const reasons = [...counts].sort(([, a], [, b]) => b - a).map(([code, count]) => `${count} ${code}`);
  return [
    `${coverage.length - not.length - own} captured`,
    `${not.length} not${reasons.length === 0 ? "" : ` (${reasons.join(", ")})`}`,
    `${own} Masthead's own`,
  ].join(", ");
}

const codeOf = ({ reason }: CoverageEntry): string => oneLine(reasonCode(reason ?? "unknown"));

const CODES = Object.keys(COVERAGE_REASONS);
const STATES: readonly CoverageEntry["state"][] = ["not_captured", "captured", "self"];

/** What is not captured first, by reason in the order of the vocabulary: what holds for the whole host, then for one program. */
function byInterest(a: CoverageEntry, b: CoverageEntry): number {
  const places = (entry: CoverageEntry) => [
    STATES.indexOf(entry.state),
    CODES.indexOf(codeOf(entry)),
    entry.pid,
  ];
  const [left, right] = [places(a), places(b)];
  return left.map((place, index) => place - (right[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

const cells = (entry: CoverageEntry): string[] => [
  String(entry.pid),
  shortPath(entry.executable, EXECUTABLE_WIDTH),
  entry.state === "self" ? "Masthead's own" : entry.state === "captured" ? "captured" : "not captured",
  entry.runtime ?? "",
  entry.link ?? "",
  entry.site ?? "",
  cut(entry.reason ?? "", REASON_WIDTH),
  (entry.notes ?? []).map((note) => cut(note, REASON_WIDTH)).join(", "),
];

const cut = (text: string, max: number): string => (text.length > max ? `${text.slice(0, max - 1)}…` : text);

const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

/** Each code that the table names, once, in words. */
function legend(coverage: readonly CoverageEntry[]): string[] {
  const lines = new Map<string, string>();
  const explain = (text: string, among: "reason" | "note") => {
    const meaning = coverageMeaning(text, among);
    if (meaning) lines.set(reasonCode(text), `  ${reasonCode(text).padEnd(20)} ${sentence(meaning)}`);
  };
  for (const { reason } of [...coverage].sort(byInterest))
    if (reason !== undefined) explain(reason, "reason");
  for (const { notes = [] } of coverage) for (const note of notes) explain(note, "note");
  return lines.size === 0 ? [] : ["", "What that means", ...lines.values()];
}

const sentence = ({ meaning, remedy }: CoverageMeaning): string =>
  remedy ? `${meaning} ${remedy}` : meaning;
