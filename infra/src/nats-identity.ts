import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createFleetIdentity, type FleetIdentity } from "@masthead/api/platform/nats/credentials";

/** The fleet's NATS identity, made once and kept in `dir/identity.json`, readable by its owner alone. */
export const fleetIdentityIn = async (dir: string): Promise<FleetIdentity> => {
  const file = join(dir, "identity.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as FleetIdentity;
  const identity = await createFleetIdentity();
  writeFileSync(file, JSON.stringify(identity), { mode: 0o600 });
  return identity;
};
