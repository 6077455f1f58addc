import {
  CAPTURE_FLAGS,
  CAPTURE_SOURCES,
  ERROR_TYPES,
  SOCKET_TIES,
} from "@masthead/shared/wire/exchange-words";
import { markdownPage, markdownTable } from "./markdown-page.js";

const table = (of: Readonly<Record<string, string>>): string[] =>
  markdownTable(
    ["value", "what it means"],
    Object.entries(of).map(([value, meaning]) => [`\`${value}\``, meaning]),
  );

/** docs/exchange-words.md: what the attributes of an exchange say that no standard defines, from the words that agents use. */
export const exchangeWordsPage = (): string =>
  markdownPage([
    "# What an exchange says of itself",
    "",
    "Attributes of `GET /v1/exchanges` and of `masthead-agent trace --json` are OpenTelemetry's, but for what stands here. Printed by",
    "`node infra/docs-exchange-words.mjs` from `packages/shared/src/wire/exchange-words.ts`; a test compares.",
    "",
    "## `error.type`",
    "",
    "Absent where the response was whole, whatever its status. In usage `errors` counts statuses of 500 and above and requests without a response;",
    "`response_incomplete` has one.",
    "",
    ...table(ERROR_TYPES),
    "## `capture.flags`",
    "",
    "Absent where there is nothing to say.",
    "",
    ...table(CAPTURE_FLAGS),
    "## `capture.source`",
    "",
    "What the bytes were read from.",
    "",
    ...table(CAPTURE_SOURCES),
    "## `capture.socket_tie`",
    "",
    "How it is known which socket the exchange was on, and so its addresses. Absent where it is not known, as they are.",
    "",
    ...table(SOCKET_TIES),
  ]);
