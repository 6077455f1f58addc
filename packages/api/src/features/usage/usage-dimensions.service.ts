import { nearestWord } from "@masthead/shared/policy/nearest";
import { USAGE_DIMENSIONS } from "@masthead/shared/usage/dimensions";
import type { Transaction } from "../../platform/db/database.js";
import { readPolicyDimensions } from "../policies/index.js";
import { readDimensionNames } from "./dimension-names.read-model.js";
import { conditionsOf, problem, type UsageQuestion } from "./usage-question.rules.js";

/**
 * Whether all dimensions of a question exist: those of every exchange, headers that have become dimensions of what the transaction may
 * see, and headers that policies in its sight name.
 *
 * @throws ApiError invalid, with the nearest dimension
 */
export const checkDimensions = async (
  sql: Transaction["sql"],
  { query, asked }: UsageQuestion,
): Promise<void> => {
  const used = [
    ...query.groupBy.map((name, i) => ({ pointer: `/groupBy/${i}`, name })),
    ...conditionsOf(query.filter).map(({ condition, pointer }) => ({
      pointer: `${pointer}/dimension`,
      name: condition.dimension,
    })),
  ];
  const known = new Set<string>(USAGE_DIMENSIONS);
  if (used.every(({ name }) => known.has(name))) return;
  for (const name of [...(await readDimensionNames(sql)), ...(await readPolicyDimensions(sql))])
    known.add(name);
  const errors = used.flatMap(({ pointer, name }) => {
    if (known.has(name)) return [];
    const nearest = nearestWord(name, [...known]);
    return [{ pointer, message: `no dimension \`${name}\`; the nearest is \`${nearest}\`` }];
  });
  if (errors.length > 0) throw problem(asked, errors);
};
