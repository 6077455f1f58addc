import { type Capability, type Circumstances, lacking, neededHere } from "./capabilities.js";

const names = (capabilities: readonly Capability[], separator = ", "): string =>
  capabilities.map(({ name }) => name).join(separator);

/** The ways to give a process all that is needed here, in one line; setcap takes away what it does not name. */
export function howToGive(given: Circumstances): string {
  const needed = neededHere(given);
  const short = needed.map(({ name }) => name.slice("CAP_".length)).join(", ");
  return [
    `systemd: AmbientCapabilities=${names(needed, " ")}`,
    `a container: cap_add [${short}]`,
    `a file: setcap ${names(needed, ",").toLowerCase()}=ep on a copy of node that no other account may run`,
    "or run as root",
  ].join("; ");
}

/** What a capability is missed for. */
export const lossWithout = ({ name, why, lost }: Capability): string =>
  `${name} is missing, which is there to ${why}; lost without it: ${lost}`;

/** The agent was not given what it cannot do without. */
export class MissingCapabilities extends Error {
  override readonly name = "MissingCapabilities";

  /** @param missing all that are needed here and not held */
  constructor(missing: readonly Capability[], given: Circumstances) {
    const others = missing.filter(({ isRequired }) => !isRequired);
    const required = missing.filter(({ isRequired }) => isRequired);
    const what = required.map(({ name, why }) => `${name} (to ${why})`).join(" and ");
    const also = others.length === 0 ? "" : `; ${names(others)} missing as well`;
    super(
      `nothing can be captured without ${what}${also}. How to give all that is needed: ${howToGive(given)}`,
    );
  }
}

/** @throws MissingCapabilities where these do not suffice to capture anything */
export function requireCapabilities(held: bigint, given: Circumstances): void {
  const missing = lacking(held, given);
  if (missing.some(({ isRequired }) => isRequired)) throw new MissingCapabilities(missing, given);
}
