import type { Floor } from "./floor.js";
import { formatIpNetwork, parseIpNetwork } from "./ip-network.js";
import type { CapturePolicy } from "./schema.js";

/** An error of a policy: where (JSON Pointer, RFC 6901) and what. */
export interface PolicyError {
  pointer: string;
  message: string;
}

const CREDENTIAL = "it can be fingerprinted, masked or noted as present";

/** Promise the-floor-holds: wherever a policy can name a header or a query parameter. */
export const floorErrors = ({ spec }: CapturePolicy, floor: Floor): PolicyError[] => {
  const errors: PolicyError[] = [];
  const check = (pointer: string, name: string, verb: string): void => {
    if (floor.hasHeader(name))
      errors.push({
        pointer,
        message: `${name} is a credential header and cannot be ${verb}: ${CREDENTIAL}`,
      });
  };
  for (const direction of ["request", "response"] as const)
    spec.headers[direction].forEach((rule, i) => {
      if (rule.action === "keep") check(`/spec/headers/${direction}/${i}/action`, rule.name, "kept");
    });
  spec.query.keep.forEach((name, i) => {
    if (floor.hasQueryParameter(name))
      errors.push({
        pointer: `/spec/query/keep/${i}`,
        message: `${name} is a credential parameter and cannot be kept`,
      });
  });
  spec.tenant.forEach((rule, i) => {
    if (rule.header !== undefined && floor.hasHeader(rule.header))
      errors.push({
        pointer: `/spec/tenant/${i}/header`,
        message: `${rule.header} is a credential header and cannot name tenants: use fingerprint: ${rule.header}`,
      });
  });
  spec.dimensions.forEach((name, i) => {
    check(`/spec/dimensions/${i}`, name, "a dimension");
  });
  spec.measures.forEach((measure, i) => {
    check(`/spec/measures/${i}/header`, measure.header, "a measure");
  });
  if (spec.clientAddress !== undefined)
    check("/spec/clientAddress/header", spec.clientAddress.header, "read for client.address");
  return errors;
};

const duplicates = (names: readonly string[], pointer: (i: number) => string): PolicyError[] =>
  names.flatMap((name, i) => {
    const first = names.indexOf(name);
    return first === i
      ? []
      : [{ pointer: pointer(i), message: `${name} is named already at ${pointer(first)}` }];
  });

/** Names that are there twice. */
export const duplicateErrors = ({ spec }: CapturePolicy): PolicyError[] => [
  ...(["request", "response"] as const).flatMap((direction) =>
    duplicates(
      spec.headers[direction].map((rule) => rule.name),
      (i) => `/spec/headers/${direction}/${i}/name`,
    ),
  ),
  ...duplicates(spec.query.keep, (i) => `/spec/query/keep/${i}`),
  ...duplicates(spec.dimensions, (i) => `/spec/dimensions/${i}`),
  ...duplicates(spec.timings ?? [], (i) => `/spec/timings/${i}`),
  ...duplicates(
    spec.measures.map((measure) => measure.header),
    (i) => `/spec/measures/${i}/header`,
  ),
  ...duplicates(
    spec.tenant.map((rule) => JSON.stringify(rule)),
    (i) => `/spec/tenant/${i}`,
  ),
  ...duplicates(
    (spec.targets ?? []).map((target) => JSON.stringify([target.executable, target.port, target.role])),
    (i) => `/spec/targets/${i}`,
  ),
  ...duplicates(
    (spec.clientAddress?.trustedProxies ?? []).map(networkName),
    (i) => `/spec/clientAddress/trustedProxies/${i}`,
  ),
];

/** One name for each network, however it is written. */
const networkName = (text: string): string => {
  const parsed = parseIpNetwork(text);
  return "network" in parsed ? formatIpNetwork(parsed.network) : text;
};

/** Parts that say opposite things. */
export const contradictionErrors = ({ spec }: CapturePolicy): PolicyError[] => {
  const errors: PolicyError[] = [];
  if (spec.query.action === "keep" && spec.query.keep.length === 0)
    errors.push({ pointer: "/spec/query/keep", message: "action keep needs the parameters to keep" });
  if (spec.query.action === "drop" && spec.query.keep.length > 0)
    errors.push({
      pointer: "/spec/query/action",
      message: "action drop keeps no parameter: use names or keep, or leave out the list",
    });
  const inClear = (pointer: string, name: string, direction: "request" | "response"): void => {
    const rule = spec.headers[direction].find((other) => other.name === name && other.action !== "keep");
    if (rule)
      errors.push({
        pointer,
        message: `${name} would be shown in clear here, but headers.${direction} says ${rule.action}`,
      });
  };
  spec.tenant.forEach((rule, i) => {
    if (rule.header !== undefined) inClear(`/spec/tenant/${i}/header`, rule.header, "request");
  });
  spec.dimensions.forEach((name, i) => {
    inClear(`/spec/dimensions/${i}`, name, "request");
  });
  spec.measures.forEach((measure, i) => {
    inClear(`/spec/measures/${i}/header`, measure.header, measure.from);
  });
  if (spec.clientAddress !== undefined && !takesRequests(spec))
    errors.push({
      pointer: "/spec/clientAddress",
      message: "client.address is read from requests that this host received, and this policy takes none",
    });
  return errors;
};

const takesRequests = ({ match, targets }: CapturePolicy["spec"]): boolean =>
  (match?.roles?.includes("server") ?? true) && (targets?.some(({ role }) => role !== "client") ?? true);
