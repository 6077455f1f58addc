import { readFileSync } from "node:fs";
import { type Heartbeat, heartbeatSchema } from "@masthead/shared/wire/heartbeat";

/** A heartbeat as an agent of some release wrote it, of test/golden/wire. */
export const readGoldenHeartbeat = (name: string): Heartbeat =>
  heartbeatSchema.parse(
    JSON.parse(readFileSync(new URL(`../../golden/wire/${name}.v1.json`, import.meta.url), "utf8")),
  );
const GOLDEN = readGoldenHeartbeat("heartbeat");

/** The golden heartbeat, and what of it is to be different. */
export const makeHeartbeat = (different: Partial<Heartbeat> = {}): Heartbeat =>
  heartbeatSchema.parse({ ...GOLDEN, ...different });
