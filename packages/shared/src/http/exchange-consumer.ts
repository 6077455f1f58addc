import type { WireExchange } from "../wire/batch.js";
import { FINGERPRINT_TENANT_PREFIX } from "./tenant-resource.js";

/** Who called, by a fingerprint: the tenant, where it is one, else what the agent says. Undefined: nobody can say. */
export const consumerOf = ({
  tenant,
  consumer,
}: Pick<WireExchange, "tenant" | "consumer">): string | undefined =>
  tenant.startsWith(FINGERPRINT_TENANT_PREFIX) ? tenant : consumer;
