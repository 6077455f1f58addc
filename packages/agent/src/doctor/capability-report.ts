import { CAPABILITIES, type Circumstances, isHeld, lacking, type Need } from "../privilege/capabilities.js";
import { howToGive } from "../privilege/missing-capabilities.js";
import { parseThreadRights } from "../privilege/thread-rights.js";
import type { Check } from "./check.js";

/** One capability of those that the agent may need, for people and programs. */
export interface CapabilityLine {
  name: string;
  held: boolean;
  /** on this host; `loading`: it is dropped once programs are loaded and the first probes stand */
  need: Need;
  why: string;
  lostWithout: string;
}

/** @param status /proc/self/status; empty where it cannot be read */
export function capabilityLines(status: string, given: Circumstances): CapabilityLine[] {
  const held = heldIn(status);
  if (held === undefined) return [];
  return CAPABILITIES.map((capability) => ({
    name: capability.name,
    held: isHeld(held, capability, given),
    need: capability.need(given),
    why: capability.why,
    lostWithout: capability.lost,
  }));
}

export function capabilityCheck(status: string, given: Circumstances): Check {
  const name = "capabilities";
  const held = heldIn(status);
  if (held === undefined) return { name, status: "note", found: "could not be read" };
  const missing = lacking(held, given);
  if (missing.length === 0) return { name, status: "ok", found: "all that are needed" };
  return {
    name,
    status: missing.some(({ isRequired }) => isRequired) ? "failed" : "limited",
    found: `missing ${missing.map((capability) => capability.name).join(", ")}`,
    advice: howToGive(given),
  };
}

function heldIn(status: string): bigint | undefined {
  try {
    return parseThreadRights(status).effective;
  } catch {
    return undefined;
  }
}
