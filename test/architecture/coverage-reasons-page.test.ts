import { coverageReasonsPage } from "@masthead/infra/coverage-reasons-page";
import { COVERAGE_NOTES, COVERAGE_REASONS } from "@masthead/shared/wire/coverage-reasons";
import { expect, it } from "vitest";
import { readSource } from "./support/source-files.js";

it("docs/coverage-reasons.md is what the vocabulary prints", () => {
  expect(readSource("docs/coverage-reasons.md")).toBe(coverageReasonsPage());
});

it("says of every code, in a sentence, what it means", () => {
  const page = coverageReasonsPage();
  for (const [code, { meaning, remedy }] of [
    ...Object.entries(COVERAGE_REASONS),
    ...Object.entries(COVERAGE_NOTES),
  ]) {
    expect(page, code).toContain(`| \`${code}\` | ${meaning} | `);
    expect(meaning, code).toMatch(/^[A-Z][^|\n]*\.$/);
    expect(remedy, code).toMatch(/^$|^[A-Z][^|\n]*\.$/);
  }
});
