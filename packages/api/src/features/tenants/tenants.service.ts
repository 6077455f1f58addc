import {
  FINGERPRINTS_PER_TENANT_MAX,
  type TenantDocument,
  type TenantItem,
  type TenantResource,
} from "@masthead/shared/http/tenant-resource";
import type { UnixMicros } from "@masthead/shared/time";
import type { Deps } from "../../deps.js";
import type { Transaction } from "../../platform/db/database.js";
import type { Scope } from "../../platform/db/scope.js";
import { type Principal, scopeOf } from "../../platform/http/context.js";
import { checkRevision, type Precondition } from "../../platform/http/precondition.js";
import { ApiError } from "../../platform/http/problem.js";
import { actorOf, recordChange } from "../audit/index.js";
import { endMoves, startMoves } from "./moves.store.js";
import {
  addFingerprints,
  findRegistered,
  fingerprintsOf,
  lockRegistry,
  ownersOf,
  type RegisteredTenant,
  removeFingerprints,
  removeTenant,
  saveTenant,
} from "./registry.store.js";
import { readTenant, readTenants } from "./tenants.read-model.js";
import { changeOf, checkOwners, saysTheSame, toTenantItem, toTenantResource } from "./tenants.rules.js";

const notFound = (id: string) => new ApiError("not_found", `there is no tenant ${id}`);
const notRegistered = (id: string) =>
  new ApiError("not_found", `tenant ${id} is not registered: PUT /v1/tenants/{id} first`);

/** Who changes the registry, and on which condition. */
export interface TenantChange {
  id: string;
  precondition: Precondition;
  principal: Principal;
}

export interface SavedTenant {
  tenant: TenantResource;
  outcome: "created" | "changed" | "unchanged";
}

/** Tenants by id, from behind `after` on. */
export const getTenants = (
  deps: Deps,
  scope: Scope,
  page: { after?: string | undefined; limit: number },
): Promise<TenantItem[]> =>
  deps.withDatabase((database) =>
    database.transaction(
      scope,
      async ({ sql }) => (await readTenants(sql, page)).map(toTenantItem),
      "read only snapshot",
    ),
  );

/** @throws ApiError `not_found` where it was neither registered nor seen */
export const getTenant = (deps: Deps, scope: Scope, id: string): Promise<TenantResource> =>
  deps.withDatabase((database) =>
    database.transaction(scope, (tx) => resourceOf(tx, id), "read only snapshot"),
  );

const resourceOf = async ({ sql }: Transaction, id: string): Promise<TenantResource> => {
  const tenant = await readTenant(sql, id);
  if (!tenant) throw notFound(id);
  return toTenantResource(tenant);
};

/**
 * Registers a tenant or replaces its registration. What was counted under fingerprints that are new to it follows, in steps.
 * @throws ApiError `precondition_failed`; `conflict` where a fingerprint is another's
 */
export const putTenant = (deps: Deps, change: TenantChange, document: TenantDocument): Promise<SavedTenant> =>
  changing(deps, change, async (tx) => {
    const present = await findRegistered(tx.sql, change.id);
    checkRevision(change.precondition, present?.revision, "tenant");
    const held = await fingerprintsOf(tx.sql, change.id);
    if (present && saysTheSame(present, held, document))
      return { tenant: await resourceOf(tx, change.id), outcome: "unchanged" };
    await save(tx, deps, change, present, held, document);
    return { tenant: await resourceOf(tx, change.id), outcome: present ? "changed" : "created" };
  });

/** @throws ApiError `not_found` where it is not registered; `conflict` */
export const addFingerprint = (deps: Deps, change: TenantChange, fingerprint: string): Promise<SavedTenant> =>
  changing(deps, change, async (tx) => {
    const { present, held } = await registered(tx, change);
    if (held.includes(fingerprint)) return { tenant: await resourceOf(tx, change.id), outcome: "unchanged" };
    if (held.length >= FINGERPRINTS_PER_TENANT_MAX)
      throw new ApiError("conflict", `a tenant has at most ${FINGERPRINTS_PER_TENANT_MAX} fingerprints`);
    await save(tx, deps, change, present, held, { ...present, fingerprints: [...held, fingerprint] });
    return { tenant: await resourceOf(tx, change.id), outcome: "changed" };
  });

/** What was counted stays where it is. @throws ApiError `not_found` where the tenant has no such fingerprint */
export const dropFingerprint = (deps: Deps, change: TenantChange, fingerprint: string): Promise<void> =>
  changing(deps, change, async (tx) => {
    const { present, held } = await registered(tx, change);
    if (!held.includes(fingerprint))
      throw new ApiError("not_found", `tenant ${change.id} has no fingerprint ${fingerprint}`);
    const fingerprints = held.filter((one) => one !== fingerprint);
    await save(tx, deps, change, present, held, { ...present, fingerprints });
  });

/** Its registration goes; what was counted stays. @throws ApiError `not_found` where it is not registered */
export const deleteTenant = (deps: Deps, change: TenantChange): Promise<void> =>
  changing(deps, change, async (tx) => {
    const { held } = await registered(tx, change);
    await endMoves(tx.sql, change.id, held);
    await removeTenant(tx.sql, change.id);
    await record(tx, deps.now(), change, "tenant.delete", { removed: held });
  });

const changing = <T>(
  deps: Deps,
  { principal }: TenantChange,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> =>
  deps.withDatabase((database) =>
    database.transaction(scopeOf(principal), async (tx) => {
      await lockRegistry(tx.sql, "change");
      return work(tx);
    }),
  );

const registered = async (
  { sql }: Transaction,
  { id, precondition }: TenantChange,
): Promise<{ present: RegisteredTenant; held: string[] }> => {
  const present = await findRegistered(sql, id);
  checkRevision(precondition, present?.revision, "tenant");
  if (!present) throw notRegistered(id);
  return { present, held: await fingerprintsOf(sql, id) };
};

const save = async (
  tx: Transaction,
  deps: Deps,
  change: TenantChange,
  present: RegisteredTenant | undefined,
  held: readonly string[],
  { name, labels, fingerprints }: Omit<TenantDocument, "labels"> & Pick<RegisteredTenant, "labels">,
): Promise<void> => {
  const { sql } = tx;
  const { id, principal } = change;
  const { added, removed } = changeOf(held, fingerprints);
  checkOwners(await ownersOf(sql, added), id);
  const atUs = deps.now();
  const createdAtUs = present?.createdAtUs ?? atUs;
  const changed = { id, name, labels, createdAtUs, changedAtUs: atUs };
  const { revision } = await saveTenant(sql, { ...changed, changedBy: principal.keyId });
  await endMoves(sql, id, removed);
  await removeFingerprints(sql, id, removed);
  await addFingerprints(sql, id, added, atUs);
  await startMoves(sql, id, added, atUs);
  await record(tx, atUs, change, "tenant.put", { revision, added, removed });
};

const record = (
  { sql }: Transaction,
  atUs: UnixMicros,
  { id, principal }: TenantChange,
  action: "tenant.put" | "tenant.delete",
  detail: Record<string, number | string[]>,
): Promise<void> =>
  recordChange(sql, { atUs, actor: actorOf(principal), action, subject: `tenant:${id}`, detail });
