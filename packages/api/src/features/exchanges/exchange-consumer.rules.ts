import { FINGERPRINT_TENANT_PREFIX } from "@masthead/shared/http/tenant-resource";
import type { WireExchange } from "@masthead/shared/wire/batch";

/** Who called, by a fingerprint: the tenant, where it is one, else what the agent says. Undefined: nobody can say. */
export const consumerOf = ({
  tenant,
  consumer,
}: Pick<WireExchange, "tenant" | "consumer">): string | undefined =>
  tenant.startsWith(FINGERPRINT_TENANT_PREFIX) ? tenant : consumer;
