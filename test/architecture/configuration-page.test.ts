import { configurationPage } from "@masthead/infra/configuration-page";
import { expect, it } from "vitest";
import { readSource, repositoryFiles } from "./support/source-files.js";

it("docs/configuration.md is what the definitions print", () => {
  expect(readSource("docs/configuration.md")).toBe(configurationPage());
});

it("documents every variable that the product reads", () => {
  const read = repositoryFiles()
    .filter((path) => /^(packages\/[^/]+\/src|infra)\/.*\.(ts|mjs)$/.test(path) && !path.endsWith(".test.ts"))
    .flatMap((path) => readSource(path).match(/\bMASTHEAD_[A-Z][A-Z_]*[A-Z]\b/g) ?? []);
  const page = configurationPage();
  expect([...new Set(read)].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
