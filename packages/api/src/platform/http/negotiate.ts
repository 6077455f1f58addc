import { accepts } from "hono/accepts";
import type { AppContext } from "./context.js";
import { ApiError } from "./problem.js";

/**
 * Picks the media type to answer in (RFC 9110, section 12.5.1): the most wanted of those that are offered, the first
 * offered where all are equal.
 *
 * @throws ApiError `not_acceptable` when none is wanted
 */
export function negotiate<T extends string>(c: AppContext, offered: readonly [T, ...T[]]): T {
  const wantedOf = (type: T, ranges: { type: string; q: number }[]): number => {
    const [kind] = type.split("/");
    for (const form of [type, `${kind}/*`, "*/*"]) {
      const range = ranges.find((candidate) => candidate.type.toLowerCase() === form);
      if (range) return range.q;
    }
    return 0;
  };
  const chosen = accepts(c, {
    header: "Accept",
    supports: [...offered],
    default: offered[0],
    match: (ranges) => {
      const best = offered
        .map((type) => ({ type, q: wantedOf(type, ranges) }))
        .reduce((a, b) => (b.q > a.q ? b : a));
      return best.q > 0 ? best.type : "";
    },
  });
  if (chosen === "") {
    throw new ApiError("not_acceptable", `there is ${offered.join(", ")}`);
  }
  return chosen as T;
}
