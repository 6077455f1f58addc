import { readFileSync } from "node:fs";
import { type Heartbeat, heartbeatSchema } from "@masthead/shared/wire/heartbeat";

const GOLDEN = heartbeatSchema.parse(
  JSON.parse(readFileSync(new URL("../../golden/wire/heartbeat.v1.json", import.meta.url), "utf8")),
);

/** The golden heartbeat, and what of it is to be different. */
export const makeHeartbeat = (different: Partial<Heartbeat> = {}): Heartbeat =>
  heartbeatSchema.parse({ ...GOLDEN, ...different });
