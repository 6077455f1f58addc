import type { TenantReport } from "@masthead/shared/http/report-schema";
import { estimateConsumers, SKETCH_STANDARD_ERROR } from "@masthead/shared/usage/consumer-sketch";
import type { SeenConsumers } from "./consumers.read-model.js";

/** Exact where every consumer has a name, else by the sketch of all of them. */
export const uniqueConsumers = ({ named, sketch }: SeenConsumers): TenantReport["uniqueConsumers"] =>
  sketch === null
    ? { count: named, standardError: null }
    : {
        count: Math.max(named, estimateConsumers(sketch)),
        standardError: Math.round(SKETCH_STANDARD_ERROR * 1e6) / 1e6,
      };
