import { lossesPage } from "@masthead/infra/losses-page";
import { LOSSES } from "@masthead/shared/wire/ledger";
import { expect, it } from "vitest";
import { readSource } from "./support/source-files.js";

it("docs/losses.md is what the glossary prints", () => {
  expect(readSource("docs/losses.md")).toBe(lossesPage());
});

it("says of every loss what happened, and of each bound a setting that exists", () => {
  const page = lossesPage();
  for (const [stage, reasons] of Object.entries(LOSSES))
    for (const reason of reasons) expect(page).toContain(`| \`${stage}\` | \`${reason}\` | `);
  const configuration = readSource("docs/configuration.md");
  const settings = page.match(/MASTHEAD_[A-Z_]*[A-Z]/g) ?? [];
  expect(settings.filter((name) => !configuration.includes(`\`${name}\``))).toEqual([]);
  expect(settings).not.toEqual([]);
});
