import { consumerOf } from "@masthead/shared/http/exchange-consumer";
import { FINGERPRINT_TENANT_PREFIX } from "@masthead/shared/http/tenant-resource";
import { OTHER_SERIES, UNATTRIBUTED_TENANT } from "@masthead/shared/ids";
import type { Batch, UsagePart } from "@masthead/shared/wire/batch";

/** Tenants by the fingerprints of their credentials. */
export type Owners = ReadonlyMap<string, string>;

/** By which fingerprint the registry may know whose this is; undefined where the agent found a tenant, or nothing. */
export const credentialOf = ({
  tenant,
  consumer,
}: Pick<UsagePart, "tenant" | "consumer">): string | undefined => {
  if (tenant.startsWith(FINGERPRINT_TENANT_PREFIX)) return tenant;
  return tenant === UNATTRIBUTED_TENANT && consumer !== OTHER_SERIES ? consumer : undefined;
};

/** Fingerprints of a batch that the registry is to be asked for. */
export const credentialsOf = ({ exchanges, usage }: Batch): Set<string> => {
  const found = new Set<string>();
  for (const part of usage) add(found, credentialOf(part));
  for (const exchange of exchanges)
    add(found, credentialOf({ tenant: exchange.tenant, consumer: consumerOf(exchange) }));
  return found;
};

const add = (found: Set<string>, credential: string | undefined): void => {
  if (credential !== undefined) found.add(credential);
};

/** A part as it is to be booked; `attributedBy` where it is its tenant's by this fingerprint. */
export interface AttributedPart {
  part: UsagePart;
  attributedBy?: string;
}

/** The tenant that is known by the part's fingerprint, where it has none; who called is remembered. */
export const attributed = (part: UsagePart, owners: Owners): AttributedPart => {
  const credential = credentialOf(part);
  const tenant = credential === undefined ? undefined : owners.get(credential);
  if (credential === undefined || tenant === undefined) return { part };
  return { part: { ...part, tenant, consumer: part.consumer ?? credential }, attributedBy: credential };
};

/** What came to be a tenant's on a day (UTC), by a fingerprint. */
export interface Attribution {
  tenantId: string;
  /** its start, Unix seconds */
  day: number;
  fingerprint: string;
  /** in the server role */
  requests: number;
}

const DAY = 86_400;

/** Adds up what parts were attributed by fingerprints. */
export const attributionsOf = (parts: readonly AttributedPart[]): Attribution[] => {
  const sums = new Map<string, Attribution>();
  for (const { part, attributedBy } of parts) {
    if (attributedBy === undefined || part.role !== "server") continue;
    const day = Math.floor(part.windowStart / DAY) * DAY;
    const key = `${day} ${attributedBy}`;
    const sum = sums.get(key) ?? { tenantId: part.tenant, day, fingerprint: attributedBy, requests: 0 };
    sums.set(key, { ...sum, requests: sum.requests + part.requests });
  }
  return [...sums.values()];
};
