import { encodePolicySet, POLICY_SET_MAX_BYTES } from "@masthead/shared/wire/codec";
import type { Deps } from "../../deps.js";
import type { Transaction } from "../../platform/db/database.js";

import type { Scope } from "../../platform/db/scope.js";
import { type Principal, scopeOf } from "../../platform/http/context.js";
import type { Precondition } from "../../platform/http/precondition.js";
import { ApiError } from "../../platform/http/problem.js";
import { POLICY_SET_MAX_COMPRESSED_BYTES } from "../../platform/nats/policy-publisher.js";
import { actorOf, recordChange } from "../audit/index.js";
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
  principal: Principal,
  request: { name: string; document: unknown; precondition: Precondition },
): Promise<SavedPolicy> {
  const { name, precondition } = request;
  const document = validatePolicy(name, request.document);
  const saved = await deps.withDatabase((database) =>
    database.transaction(scopeOf(principal), async ({ sql }) => {
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
      await savePolicy(sql, { ...policy, changedBy: principal.keyId });
      await checkBounds(sql);
      await recordChange(sql, {
        atUs: changedAtUs,
        actor: actorOf(principal),
        action: "policy.put",
        subject: `policy:${name}`,
        detail: { revision: policy.revision },
      });
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
  principal: Principal,
  { name, precondition }: { name: string; precondition: Precondition },
): Promise<{ revision: number; published: boolean }> {
  const revision = await deps.withDatabase((database) =>
    database.transaction(scopeOf(principal), async ({ sql }) => {
      await fleetRevision(sql, "lock");
      const before = await findPolicy(sql, name);
      const present = isLive(before) ? before : undefined;
      checkPrecondition(precondition, present);
      if (!present) throw notFound(name);
      const next = await takeRevision(sql);
      const changedAtUs = deps.now();
      const tombstone = { ...present, document: null, revision: next, changedAtUs };
      await savePolicy(sql, { ...tombstone, changedBy: principal.keyId });
      await recordChange(sql, {
        atUs: changedAtUs,
        actor: actorOf(principal),
        action: "policy.delete",
        subject: `policy:${name}`,
        detail: { revision: next },
      });
      return next;
    }),
  );
  return { revision, published: await publishPolicies(deps) };
}

/** @throws ApiError `not_found`, for a tombstone too */
export async function getPolicy(deps: Deps, scope: Scope, name: string): Promise<LivePolicy> {
  const row: PolicyRow | undefined = await deps.withDatabase((database) =>
    database.transaction(scope, ({ sql }) => findPolicy(sql, name), "read only"),
  );
  if (!isLive(row)) throw notFound(name);
  return row;
}

/** Live policies by name, from behind `after` on. */
export const getPolicies = (
  deps: Deps,
  scope: Scope,
  page: { after?: string | undefined; limit: number },
): Promise<LivePolicy[]> =>
  deps.withDatabase((database) =>
    database.transaction(scope, ({ sql }) => listPolicies(sql, page), "read only"),
  );
