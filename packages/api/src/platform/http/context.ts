import type { Context } from "hono";
import { FLEET, type Scope, tenantScope } from "../db/scope.js";

/** What a key may do at all; see the permissions of `features/auth`. */
export const ROLES = ["admin", "editor", "viewer", "tenant"] as const;
export type Role = (typeof ROLES)[number];

/** Who asks. */
export type Principal = {
  readonly keyId: string;
  /** the key's name, for people */
  readonly name: string;
  /** what narrows the role further; null: nothing */
  readonly scopes: readonly string[] | null;
} & ({ readonly role: Exclude<Role, "tenant"> } | { readonly role: "tenant"; readonly tenantId: string });

/** What a transaction on behalf of this principal may see. */
export const scopeOf = (principal: Principal): Scope =>
  principal.role === "tenant" ? tenantScope(principal.tenantId) : FLEET;

/** What requests carry through the app beside themselves. */
export interface AppEnv {
  Variables: {
    requestId: string;
    /** set behind the authentication of `/v1` */
    principal: Principal;
    /** instead of the one that every answer has */
    contentSecurityPolicy?: string;
  };
}

export type AppContext = Context<AppEnv>;
