/**
 * What a transaction may see, held by row-level security under the API (promise a-tenant-sees-a-tenant).
 * `fleet`: every tenant; `tenant`: one; `none`: no tenant's rows, for tables that belong to no tenant.
 */
export type Scope = { kind: "fleet" } | { kind: "tenant"; tenantId: string } | { kind: "none" };

export const FLEET: Scope = { kind: "fleet" };
export const NO_TENANT: Scope = { kind: "none" };
export const tenantScope = (tenantId: string): Scope => ({ kind: "tenant", tenantId });
