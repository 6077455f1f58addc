import type { Deps } from "./deps.js";
import { type MaintainOptions, maintain as maintainIngest } from "./features/ingest/index.js";

/**
 * Does what time asks for: roll-ups, partitions, retention. Needs Postgres alone, so it goes on without traffic and without NATS; runs side by side share
 * the work, and one that is cut short leaves nothing half done.
 * @param deps as the drain's database role
 * @throws the first error, after all steps were tried
 */
export const maintain = (deps: Deps, options: MaintainOptions = {}): Promise<void> =>
  deps.withDatabase((database) => maintainIngest(database, deps.now(), options));
