import { FORWARDED_BYTES_MAX, KEEP_BYTES_MAX, READ_BYTES_MAX } from "@masthead/shared/policy/limits";
import type { HeaderAction } from "@masthead/shared/policy/schema";
import type { AppliedPolicy } from "./policy-selection.js";

/** One thing that a policy asks of a header. */
export interface HeaderAsk {
  direction: "request" | "response";
  name: string;
  action: HeaderAction;
  /** bytes of a kept value */
  length: number;
  /** usage is made of it, so it is read of requests beyond a budget, too */
  usage: boolean;
}

/** Bytes of `host`: a domain name has at most 253, with a port 259. */
const HOST_BYTES = 512;

/** All that a policy asks of headers: what it shows, and what it reads for tenant, dimensions, measures, `client.address` and `match`. */
export function headerAsks({ spec }: AppliedPolicy): HeaderAsk[] {
  const read = (direction: HeaderAsk["direction"], name: string, length = READ_BYTES_MAX): HeaderAsk => ({
    direction,
    name,
    action: "keep",
    length,
    usage: true,
  });
  const shown = (["request", "response"] as const).flatMap((direction) =>
    spec.headers[direction].map((rule) => ({
      direction,
      name: rule.name,
      action: rule.action,
      length: rule.action === "keep" ? Math.min(rule.maxLength, KEEP_BYTES_MAX) : 0,
      // It may name the consumer, which of several depends on what the request carries.
      usage: direction === "request" && rule.action === "fingerprint",
    })),
  );
  return [
    ...shown,
    ...spec.tenant.flatMap(({ header, fingerprint }) => [
      ...(header === undefined ? [] : [read("request", header)]),
      ...(fingerprint === undefined
        ? []
        : [
            {
              direction: "request" as const,
              name: fingerprint,
              action: "fingerprint" as const,
              length: 0,
              usage: true,
            },
          ]),
    ]),
    ...spec.dimensions.map((name) => read("request", name)),
    ...spec.measures.map(({ header, from }) => read(from, header)),
    ...(spec.clientAddress === undefined
      ? []
      : [{ ...read("request", spec.clientAddress.header, FORWARDED_BYTES_MAX), usage: false }]),
    ...(readsHost(spec) ? [read("request", "host", HOST_BYTES)] : []),
  ];
}

const readsHost = (spec: AppliedPolicy["spec"]): boolean =>
  spec.match?.hosts !== undefined || spec.tenant.some(({ host }) => host !== undefined);
