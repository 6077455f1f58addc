import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { command } from "./command.mjs";
import { step } from "./progress.mjs";
import { Stopped } from "./stopped.mjs";

const FAILURE_LENGTH = 2_000;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal is told begins with one
const COLOURS = /\u001b\[[0-9;]*m/g;

/** What the checks and tests came to; each check counts as one. */
export class Tally {
  passed = 0;
  failed = 0;
  /** What failed or was left out, one line each. */
  notes = [];

  pass(count = 1) {
    this.passed += count;
  }
  fail(note, count = 1) {
    this.failed += count;
    this.notes.push(note);
  }
}

/** Runs one check: a program that succeeds or fails as a whole. `say` gets each line for the reader. */
export async function check(tally, title, program, args, options, say) {
  try {
    await step(title, () => command(program, args, options), say);
    tally.pass();
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    say(error.message);
    tally.fail(`${title} failed`);
  }
}

/**
 * Runs one vitest project and counts its tests from its JSON report. A project without tests, one that cannot be read and
 * one whose report and exit code disagree are failures. With `skippedFails` a skipped test is one, too. `say` gets each line
 * for the reader.
 */
export async function testProject(tally, root, project, { skippedFails, asRoot, say }) {
  const report = join(root, "node_modules/.masthead/reports", `${project}.json`);
  mkdirSync(dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const vitest = [
    process.execPath,
    join(root, "node_modules/vitest/vitest.mjs"),
    ...["run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
  ];
  const [program, ...args] = asRoot
    ? ["sudo", "--preserve-env", "env", `PATH=${process.env.PATH}`, ...vitest]
    : vitest;
  say(`· ${project} tests`);
  const ended = await command(program, args, { cwd: root, onLine: say }).then(
    () => true,
    () => false,
  );
  if (!existsSync(report)) return tally.fail(`${project}: ended without a report`);
  count(tally, project, JSON.parse(readFileSync(report, "utf8")), { ended, skippedFails });
}

function count(tally, project, report, { ended, skippedFails }) {
  const failedFiles = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed"),
  );
  const skipped = report.numPendingTests + report.numTodoTests;
  tally.pass(report.numPassedTests);
  for (const { assertionResults } of report.testResults) {
    for (const test of assertionResults) if (test.status === "failed") tally.fail(whatFailed(project, test));
  }
  for (const file of failedFiles) tally.fail(`${project}: ${file.name} could not run`);
  if (report.numTotalTests === 0) tally.fail(`${project}: no test was found`);
  else if (!ended && report.numFailedTests === 0 && failedFiles.length === 0) {
    tally.fail(`${project}: failed outside of its tests`);
  }
  if (skipped === 0) return;
  if (skippedFails) tally.fail(`${project}: ${skipped} skipped, which counts as failed here`, skipped);
  else tally.notes.push(`${project}: ${skipped} skipped`);
}

/** A failed test with what it said, at the end of everything, where a log that is kept in part still has it. */
function whatFailed(project, { fullName, failureMessages }) {
  const said = failureMessages.join("\n").replace(COLOURS, "").slice(0, FAILURE_LENGTH);
  return [`${project}: failed: ${fullName}`, ...said.split("\n").map((line) => `  ${line}`)].join("\n");
}
