import { encodePolicySet, POLICY_SET_MAX_BYTES } from "@masthead/shared/wire/codec";
import type { Deps } from "../../deps.js";
import type { Transaction } from "../../platform/db/database.js";
import { NO_TENANT } from "../../platform/db/scope.js";
import type { Precondition } from "../../platform/http/precondition.js";
import { ApiError } from "../../platform/http/problem.js";
import { POLICY_SET_MAX_COMPRESSED_BYTES } from "../../platform/nats/policy-publisher.js";
import { checkPrecondition, isLive, sameDocument } from "./policies.rules.js";
import {
  findPolicy,
  fleetRevision,
  type LivePolicy,
  listPolicies,
  type PolicyRow,
  savePolicy,
  takeRevision,
} from "./policies.store.js";
import { publishPolicies } from "./policy-publishing.js";
import { MAX_POLICIES, readPolicySet } from "./policy-set.store.js";
import { validatePolicy } from "./policy-validation.rules.js";

const notFound = (name: string) => new ApiError("not_found", `there is no policy ${name}`);

async function checkBounds(sql: Transaction["sql"]): Promise<void> {
  const live = await listPolicies(sql, { limit: MAX_POLICIES + 1 });
  if (live.length > MAX_POLICIES) {
    throw new ApiError(
      "too_many_policies",
      `a fleet holds at most ${MAX_POLICIES} policies: delete one first`,
    );
  }
  const set = await readPolicySet(sql);
  const bytes = (await encodePolicySet(set)).byteLength;
  if (bytes > POLICY_SET_MAX_COMPRESSED_BYTES || JSON.stringify(set).length > POLICY_SET_MAX_BYTES / 4) {
    throw new ApiError("policy_set_too_large", "the fleet's policies together are too large to be published");
  }
}

export interface SavedPolicy {
  readonly policy: LivePolicy;
  readonly outcome: "created" | "changed" | "unchanged";
  readonly published: boolean;
}

/**
 * Saves a policy under the fleet's next revision, then publishes the set. The document that is there already stays at its
 * revision, so that a PUT can be repeated. Publishing that fails does not undo the change: see `published`.
 *
 * @throws ApiError `invalid_document`, `precondition_failed`, `too_many_policies`, `policy_set_too_large`
 */
export async function putPolicy(
  deps: Deps,
  request: { name: string; document: unknown; precondition: Precondition; changedBy: string },
): Promise<SavedPolicy> {
  const { name, precondition, changedBy } = request;
  const document = validatePolicy(name, request.document);
  const saved = await deps.withDatabase((database) =>
    database.transaction(NO_TENANT, async ({ sql }) => {
      await fleetRevision(sql, "lock");
      const before = await findPolicy(sql, name);
      const present = isLive(before) ? before : undefined;
      checkPrecondition(precondition, present);
      if (present && sameDocument(present.document, document))
        return { policy: present, outcome: "unchanged" as const };
      const changedAtUs = deps.now();
      const policy: LivePolicy = {
        name,
        revision: await takeRevision(sql),
        document,
        createdAtUs: present?.createdAtUs ?? changedAtUs,
        changedAtUs,
      };
      await savePolicy(sql, { ...policy, changedBy });
      await checkBounds(sql);
      return { policy, outcome: present ? ("changed" as const) : ("created" as const) };
    }),
  );
  return { ...saved, published: await publishPolicies(deps) };
}

/**
 * Leaves a tombstone under the fleet's next revision, then publishes the set.
 *
 * @returns the fleet's revision. @throws ApiError `not_found` or `precondition_failed`
 */
export async function deletePolicy(
  deps: Deps,
  request: { name: string; precondition: Precondition; changedBy: string },
): Promise<{ revision: number; published: boolean }> {
  const { name, precondition, changedBy } = request;
  const revision = await deps.withDatabase((database) =>
    database.transaction(NO_TENANT, async ({ sql }) => {
      await fleetRevision(sql, "lock");
      const before = await findPolicy(sql, name);
      const present = isLive(before) ? before : undefined;
      checkPrecondition(precondition, present);
      if (!present) throw notFound(name);
      const next = await takeRevision(sql);
      await savePolicy(sql, {
        ...present,
        document: null,
        revision: next,
        changedAtUs: deps.now(),
        changedBy,
      });
      return next;
    }),
  );
  return { revision, published: await publishPolicies(deps) };
}

/** @throws ApiError `not_found`, for a tombstone too */
export async function getPolicy(deps: Deps, name: string): Promise<LivePolicy> {
  const row: PolicyRow | undefined = await deps.withDatabase((database) =>
    database.transaction(NO_TENANT, ({ sql }) => findPolicy(sql, name), "read only"),
  );
  if (!isLive(row)) throw notFound(name);
  return row;
}

/** Live policies by name, from behind `after` on. */
export const getPolicies = (
  deps: Deps,
  page: { after?: string | undefined; limit: number },
): Promise<LivePolicy[]> =>
  deps.withDatabase((database) =>
    database.transaction(NO_TENANT, ({ sql }) => listPolicies(sql, page), "read only"),
  );
