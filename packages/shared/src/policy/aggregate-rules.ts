import type { PolicyError } from "./rules.js";
import type { CapturePolicy } from "./schema.js";

type Spec = CapturePolicy["spec"];

/** What speaks of single exchanges, of which an aggregating policy has none: where, when it is asked for, and why not. */
const OF_EXCHANGES: readonly { at: string; asked: (spec: Spec) => boolean; why: string }[] = [
  {
    at: "headers/request",
    asked: ({ headers }) => headers.request.length > 0,
    why: "headers are shown on exchanges; name those that usage needs under tenant, dimensions or measures",
  },
  {
    at: "headers/response",
    asked: ({ headers }) => headers.response.length > 0,
    why: "headers are shown on exchanges; name those that usage needs under measures",
  },
  {
    at: "query",
    asked: ({ query }) => query.action !== "drop" || query.keep.length > 0,
    why: "the query is shown on exchanges, and usage knows no part of it",
  },
  {
    at: "clientAddress",
    asked: ({ clientAddress }) => clientAddress !== undefined,
    why: "client.address is shown on exchanges, and usage knows none",
  },
  {
    at: "timings",
    asked: ({ timings }) => timings !== undefined,
    why: "timings are shown on exchanges, and usage knows none",
  },
  {
    at: "budget",
    asked: ({ budget }) => budget !== undefined,
    why: "a budget says how many are told in detail",
  },
  {
    at: "sampling",
    asked: ({ sampling }) =>
      sampling.always.length > 0 || sampling.maxPerSecond !== undefined || sampling.exchanges !== 1,
    why: "sampling says which exchanges are kept one by one",
  },
];

/** `aggregate: true` beside what needs records. */
export const aggregateErrors = ({ spec }: CapturePolicy): PolicyError[] =>
  spec.aggregate !== true
    ? []
    : OF_EXCHANGES.filter(({ asked }) => asked(spec)).map(({ at, why }) => ({
        pointer: `/spec/${at}`,
        message: `a policy with aggregate: true keeps no exchange: ${why}`,
      }));
