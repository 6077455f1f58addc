import {
  COVERAGE_NOTES,
  COVERAGE_REASONS,
  type CoverageMeaning,
} from "@masthead/shared/wire/coverage-reasons";
import { markdownPage, markdownTable } from "./markdown-page.js";

const table = (of: Readonly<Record<string, CoverageMeaning>>): string[] =>
  markdownTable(
    ["code", "what it means", "what to do"],
    Object.entries(of).map(([code, { meaning, remedy }]) => [`\`${code}\``, meaning, remedy]),
  );

/** docs/coverage-reasons.md: why processes are not captured, from the vocabulary that agents use. */
export const coverageReasonsPage = (): string =>
  markdownPage([
    "# Coverage: why not",
    "",
    "For each process with a TCP socket coverage says whether it is captured, and if not, why: in `masthead-agent doctor`, in the",
    "heartbeat and in `GET /v1/agents/{id}`. Printed by `node infra/docs-coverage-reasons.mjs` from",
    "`packages/shared/src/wire/coverage-reasons.ts`; a test compares.",
    "",
    "## Reasons",
    "",
    "`reason` of an entry whose `state` is `not_captured`: a code, alone or as `code: details`. What comes first here is said first",
    "where several hold.",
    "",
    ...table(COVERAGE_REASONS),
    "## Notes",
    "",
    "`notes` of any entry, eight at most: what more is to be known of the process, captured or not.",
    "",
    ...table(COVERAGE_NOTES),
  ]);
