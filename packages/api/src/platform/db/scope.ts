/**
 * What a transaction may see, held by row-level security under the API (promise a-tenant-sees-a-tenant).
 * `fleet`: all; `tenant`: what is one tenant's, and nothing of the fleet's; `none`: neither.
 */
export type Scope = { kind: "fleet" } | { kind: "tenant"; tenantId: string } | { kind: "none" };

export const FLEET: Scope = { kind: "fleet" };
export const NO_TENANT: Scope = { kind: "none" };
export const tenantScope = (tenantId: string): Scope => ({ kind: "tenant", tenantId });

/** One tenant's scope for whoever asks in `scope`; null where that may not see the tenant, which is then not found. */
export const narrowedTo = (tenantId: string, scope: Scope): Scope | null =>
  scope.kind === "fleet" || (scope.kind === "tenant" && scope.tenantId === tenantId)
    ? tenantScope(tenantId)
    : null;
