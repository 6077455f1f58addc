import type { UsagePage } from "@masthead/shared/http/usage-schema";
import { z } from "zod";
import type { Deps } from "../../deps.js";
import type { Scope } from "../../platform/db/scope.js";
import { decodeCursor, encodeCursor, queryFingerprint } from "../../platform/http/cursor.js";
import { parseInstant, rangeOf, type TimeRange } from "../../platform/http/instant.js";
import { completenessOf } from "./completeness.service.js";
import { inHeldSnapshot } from "./held-snapshot.js";
import { orderOf } from "./usage-metric.rules.js";
import { answerUsage, type UsageBounds, type UsageRequest } from "./usage-page.service.js";
import { widened } from "./usage-plan.rules.js";
import { onlyValues, problem, questionErrors, type UsageQuestion } from "./usage-question.rules.js";

const micros = z.int().nonnegative();
const number = z.string().regex(/^-?\d{1,60}(?:\.\d{1,60})?$/);

/** The range as asked for; then of the last row its window's start, a hash of its group, and the values it was ordered by. */
const positionSchema = ({ query }: UsageQuestion) => {
  const values = orderOf(query).map(({ by }) =>
    by === "group" ? z.null() : by === "rest" ? z.enum(["true", "false"]) : number,
  );
  return z.tuple([micros, micros, micros, z.string().regex(/^[0-9a-f]{32}$/), z.tuple(values as [])]);
};

/**
 * A page of the usage that `scope` may see.
 *
 * @throws ApiError `invalid_cursor`, `beyond_retention`, `query_too_expensive`, or what the question calls invalid
 */
export const queryUsage = async (
  deps: Deps,
  scope: Scope,
  question: UsageQuestion,
  bounds?: UsageBounds,
): Promise<UsagePage> => {
  const { query, asked } = question;
  const errors = questionErrors(query);
  if (errors.length > 0) throw problem(asked, errors);
  const fingerprint = queryFingerprint({ list: "usage", ...query });
  const position =
    query.cursor === undefined
      ? undefined
      : decodeCursor(fingerprint, query.cursor, positionSchema(question), asked.pointer("/cursor"));
  const range = position ? { fromUs: position[0], toUs: position[1] } : askedRange(question, deps.now());
  const request: UsageRequest = {
    ...question,
    range: widened(range),
    after: position && {
      windowUs: position[2],
      position: { window: -1, keyHash: position[3], values: position[4] },
    },
    bounds,
  };
  return deps.withDatabase(async (database) => {
    const agentIds = scope.kind === "fleet" ? onlyValues(query.filter, "agent.id") : undefined;
    const completeness = await completenessOf(database, scope, {
      range: request.range,
      nowUs: deps.now(),
      agentIds,
    });
    const { items, last, meta } = await inHeldSnapshot(database, scope, ({ sql }, horizon) =>
      answerUsage(sql, scope, request, horizon),
    );
    const place = last && [
      range.fromUs,
      range.toUs,
      last.windowUs,
      last.position.keyHash,
      last.position.values,
    ];
    return {
      items,
      nextCursor: place && encodeCursor(fingerprint, place),
      meta: { ...meta, ...completeness },
    };
  });
};

const askedRange = ({ query, asked }: UsageQuestion, nowUs: number): TimeRange => {
  const instant = (name: "from" | "to") => {
    const text = query[name];
    const time = text === undefined ? undefined : parseInstant(text);
    if (text !== undefined && time === undefined)
      throw problem(asked, [
        { pointer: `/${name}`, message: "an RFC 3339 time, such as 2026-05-01T00:00:00Z" },
      ]);
    return time;
  };
  const range = rangeOf({ from: instant("from"), to: instant("to") }, nowUs);
  if (!range) throw problem(asked, [{ pointer: "/to", message: "lies before `from`" }]);
  return range;
};
