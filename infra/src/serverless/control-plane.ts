import type { Deps } from "@masthead/api/deps";
import type { Hono } from "hono";

/** The portable control plane, as packages/api exports it. */
export interface ControlPlane {
  /** One handler of requests without state between them. */
  // biome-ignore lint/suspicious/noExplicitAny: any Hono app will do, whatever its context carries.
  createApp(deps: Deps): Hono<any>;
  /** Consumes from JetStream until done or until the time is spent. */
  drain(deps: Deps, budget: { forMs: number }): Promise<unknown>;
}
