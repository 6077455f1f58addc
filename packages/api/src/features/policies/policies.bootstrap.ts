import { DEFAULT_POLICY } from "@masthead/shared/policy/default-policy";
import type { Deps } from "../../deps.js";
import { FLEET } from "../../platform/db/scope.js";
import { fleetRevision, savePolicy, takeRevision } from "./policies.store.js";

/**
 * Gives a new control plane its one policy, `default`. Does nothing where any policy was ever made: a deleted default
 * stays deleted. Safe to run at every start.
 */
export const ensureDefaultPolicy = (deps: Deps): Promise<void> =>
  deps.withDatabase((database) =>
    database.transaction(FLEET, async ({ sql }) => {
      if ((await fleetRevision(sql, "lock")) > 0) return;
      const revision = await takeRevision(sql);
      const now = deps.now();
      const { name } = DEFAULT_POLICY.metadata;
      await savePolicy(sql, {
        name,
        revision,
        document: DEFAULT_POLICY,
        createdAtUs: now,
        changedAtUs: now,
        changedBy: "bootstrap",
      });
    }),
  );
