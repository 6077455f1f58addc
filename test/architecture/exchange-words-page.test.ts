import { exchangeWordsPage } from "@masthead/infra/exchange-words-page";
import {
  CAPTURE_FLAGS,
  CAPTURE_SOURCES,
  ERROR_TYPES,
  SOCKET_TIES,
} from "@masthead/shared/wire/exchange-words";
import { expect, it } from "vitest";
import { readSource } from "./support/source-files.js";

it("docs/exchange-words.md is what the words print", () => {
  expect(readSource("docs/exchange-words.md")).toBe(exchangeWordsPage());
});

it("says of every word, in sentences, what it means", () => {
  const page = exchangeWordsPage();
  const all = [ERROR_TYPES, CAPTURE_FLAGS, CAPTURE_SOURCES, SOCKET_TIES];
  for (const [word, meaning] of all.flatMap((of) => Object.entries(of))) {
    expect(page, word).toContain(`| \`${word}\` | ${meaning} |\n`);
    expect(meaning, word).toMatch(/^[A-Z`][^|\n]*\.$/);
  }
});
