import { LOSS_GLOSSARY, type LossMeaning } from "@masthead/shared/wire/loss-glossary";
import { markdownPage, markdownTable } from "./markdown-page.js";

/** docs/losses.md: every loss, from the glossary that the ledger's names are held to. */
export const lossesPage = (): string =>
  markdownPage([
    "# Losses",
    "",
    "Where an exchange can be lost, as the ledger names it (promise *no silent loss*). Printed by `node infra/docs-losses.mjs` from",
    "`packages/shared/src/wire/loss-glossary.ts`; a test compares.",
    "",
    ...markdownTable(
      ["stage", "reason", "what happened", "what to do"],
      Object.entries(LOSS_GLOSSARY).flatMap(([stage, reasons]) =>
        Object.entries<LossMeaning>(reasons).map(([reason, { meaning, remedy }]) => [
          `\`${stage}\``,
          `\`${reason}\``,
          meaning,
          remedy,
        ]),
      ),
    ),
  ]);
