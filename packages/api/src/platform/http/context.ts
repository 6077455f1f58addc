import type { Context } from "hono";

/** Who asks. Tenants' own keys come later; until then every key is an operator's. */
export interface Principal {
  readonly keyId: string;
  readonly role: "admin";
}

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
