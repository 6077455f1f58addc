import { parseUsageQuery } from "@masthead/shared/http/parse-usage-query";
import { describe, expect, it } from "vitest";
import { DATASETS } from "./datasets.js";
import { linkOf } from "./link.js";
import { documentOf, namesOf, QUESTIONS, type Question, randomQuestion } from "./question.js";
import { Random } from "./random.js";
import { planDataset } from "./schedule.js";

/** What is left to chance is to come up in the questions that are put. */
const KINDS: Record<string, (question: Question) => unknown> = {
  "a link with a filter": ({ asLink, filter }) => asLink && filter,
  "a document with a filter": ({ asLink, filter }) => !asLink && filter,
  "grouped by class": ({ groupBy }) => groupBy.includes("http.response.status_class"),
  "filtered by class": ({ filter }) => namesOf(filter).includes("http.response.status_class"),
  filled: ({ fill, top }) => fill && !top,
  "filled, of the top": ({ fill, top }) => fill && top,
  "filled, compared": ({ fill, compare }) => fill && compare,
  "the top of each window": ({ topPerWindow, window }) => topPerWindow && window !== "total",
  "ranked by another count": ({ topBy }) => topBy && topBy !== "requests" && !topBy.startsWith("measures."),
  "ranked by a measure": ({ topBy }) => topBy?.startsWith("measures."),
  "some measures": ({ measures }) => measures && measures.length > 0,
  "a link with a list of values": ({ asLink, filter }) =>
    asLink && JSON.stringify(filter ?? "").match(/"in":\[[^\]]*,/),
  histograms: ({ histogram }) => histogram,
  ordered: ({ orderBy }) => orderBy && orderBy.length > 1,
  "ordered by a percentile": ({ orderBy }) => orderBy?.some(({ by }) => by.startsWith("latencyMs.")),
};

describe.each(DATASETS)("questions to the month $name", ({ seed, startUs }) => {
  const dataset = planDataset({
    ...{ seed, startUs, exchanges: 3_000, days: 31, tenants: 200, agents: 12, exchangesPerBatch: 150 },
  });
  const drawn = () =>
    Array.from({ length: QUESTIONS }, (_, i) => randomQuestion(dataset, new Random(seed, "question", i)));

  it("are the same for the same seed, and can be asked", () => {
    expect(drawn()).toEqual(drawn());
    for (const question of drawn()) {
      expect(parseUsageQuery(documentOf(question))).toMatchObject({ ok: true });
      if (question.asLink) expect(linkOf(documentOf(question)).length).toBeLessThan(4_096);
    }
  });

  it.each(Object.entries(KINDS))("are, among others, %s", (_, is) => {
    expect(drawn().filter(is)).not.toEqual([]);
  });
});
