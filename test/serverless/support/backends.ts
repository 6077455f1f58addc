import { ensureDefaultPolicy } from "@masthead/api/features/policies/index";
import { startControlPlane, type TestControlPlane } from "../../postgres/support/control-plane.js";
import type { Cleanup } from "../../support/cleanup.js";
import { until } from "../../support/until.js";
import { type CountedConnections, countConnections } from "./counted-connections.js";

/** Postgres and NATS as the product sets them up, each behind a door that counts. */
export interface Backends {
  plane: TestControlPlane;
  postgres: CountedConnections;
  nats: CountedConnections;
  /** Bindings of the Worker, environment of the function. */
  bindings: Record<string, string>;
}

export const startBackends = async (cleanup: Cleanup): Promise<Backends> => {
  const plane = await startControlPlane();
  cleanup.add(() => plane.stop());
  await ensureDefaultPolicy(plane.deps);
  const postgres = await countConnections(cleanup, plane.database.appUrl);
  const nats = await countConnections(cleanup, plane.nats.url);
  const bindings = {
    MASTHEAD_DATABASE_URL: postgres.through(plane.database.appUrl),
    MASTHEAD_INGEST_DATABASE_URL: postgres.through(plane.database.ingestUrl),
    MASTHEAD_NATS_URL: nats.through(plane.nats.url),
    MASTHEAD_NATS_CREDENTIALS_TEXT: plane.nats.apiCredentials,
    MASTHEAD_NATS_ISSUER_TEXT: JSON.stringify(plane.nats.issuer),
    MASTHEAD_DRAIN_IDLE_MS: "1000",
  };
  return { plane, postgres, nats, bindings };
};

/** Waits until every connection to either is closed. */
export const noneIsLeft = async ({ postgres, nats }: Backends): Promise<void> => {
  await until("no connection is left open", () => postgres.open() === 0 && nats.open() === 0);
};
