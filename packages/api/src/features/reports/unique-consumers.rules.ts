import type { TenantReport } from "@masthead/shared/http/report-schema";
import type { SeenConsumers } from "./consumers.read-model.js";

/** Exact where every consumer has a name. */
export const uniqueConsumers = ({ named }: SeenConsumers): TenantReport["uniqueConsumers"] => ({
  count: named,
  standardError: null,
});
