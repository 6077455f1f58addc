import type { Floor } from "@masthead/shared/policy/floor";
import type { CapturePolicy } from "@masthead/shared/policy/schema";

type Spec = CapturePolicy["spec"];

/** Names that JavaScript objects have already; no header is called that. */
const RESERVED = new Set(["__proto__", "constructor"]);

/**
 * A policy less what this host's floor forbids: no such header is kept, names a tenant in clear, becomes a dimension or
 * measure, or is read for `client.address`; no such query parameter is kept. Promise the-floor-holds: nothing remote can take from a host's own floor.
 */
export function withoutLocalFloor(spec: Spec, floor: Floor): { spec: Spec; warnings: string[] } {
  const warnings: string[] = [];
  const allowed = (name: string, what: string): boolean => {
    if (!RESERVED.has(name) && !floor.hasHeader(name)) return true;
    warnings.push(`${name} is on this host's floor and is not ${what}`);
    return false;
  };
  const rules = (direction: "request" | "response") =>
    spec.headers[direction].filter((rule) => rule.action !== "keep" || allowed(rule.name, "kept"));
  const keepsParameter = (name: string): boolean => {
    if (!floor.hasQueryParameter(name)) return true;
    warnings.push(`query parameter ${name} is on this host's floor and is not kept`);
    return false;
  };
  const { clientAddress, ...others } = spec;
  const followed = clientAddress !== undefined && allowed(clientAddress.header, "read for client.address");
  return {
    spec: {
      ...others,
      ...(followed && { clientAddress }),
      headers: { request: rules("request"), response: rules("response") },
      query: { ...spec.query, keep: spec.query.keep.filter(keepsParameter) },
      tenant: spec.tenant.filter(({ header }) => header === undefined || allowed(header, "read as tenant")),
      dimensions: spec.dimensions.filter((name) => allowed(name, "a dimension")),
      measures: spec.measures.filter(({ header }) => allowed(header, "a measure")),
    },
    warnings,
  };
}
