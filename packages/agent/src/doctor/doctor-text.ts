import { coverageLines } from "./coverage-lines.js";
import type { DoctorReport } from "./doctor-report.js";
import { oneLine } from "./text-table.js";

const MARKS = { ok: "ok     ", note: "note   ", limited: "LIMITED", failed: "FAILED " } as const;

/** The report for people; one line a fact. */
export function doctorText(report: DoctorReport): string {
  return [
    report.canCapture ? "This host can be captured." : "This host cannot be captured:",
    "",
    ...report.checks.flatMap(({ name, status, found, advice }) => [
      `  ${MARKS[status]} ${name.padEnd(17)} ${oneLine(found)}`,
      ...(advice === undefined ? [] : [`${" ".repeat(28)}${advice}`]),
    ]),
    ...capabilityTable(report),
    ...libraryLines(report),
    ...coverageLines(report),
    "",
  ].join("\n");
}

const UNTIL = { never: "not needed here", loading: "until loaded", always: "always" } as const;

function capabilityTable({ capabilities }: DoctorReport): string[] {
  if (capabilities.length === 0) return [];
  return [
    "",
    "Capabilities             have  needed           to",
    ...capabilities.flatMap(({ name, held, need, why, lostWithout }) => {
      const have = held ? "yes" : need === "never" ? "no" : "NO";
      return [
        `  ${name.padEnd(24)}${have.padEnd(5)} ${UNTIL[need].padEnd(16)} ${why}`,
        ...(need === "never" ? [] : [`${" ".repeat(48)}lost without it: ${lostWithout}`]),
      ];
    }),
  ];
}

function libraryLines({ libraries }: DoctorReport): string[] {
  if (libraries.length === 0) return [];
  return [
    "",
    "Libraries",
    ...libraries.flatMap(({ path, link, processes, failure, sites }) => [
      `  ${path} (${processes} ${processes === 1 ? "process" : "processes"})`,
      ...(failure === undefined ? [] : [`    not probed: ${oneLine(failure)}`]),
      ...sites.map(({ function: name, symbol, inner, offset, cost }) => {
        const place = inner ? `inside ${symbol}` : symbol;
        return `    ${name.padEnd(12)} ${place.padEnd(18)} +0x${offset.toString(16).padEnd(8)} ${link}, ${cost}`;
      }),
    ]),
  ];
}
