/** How the measured program runs: as it is, with empty programs where the agent has its own, under the agent. */
export const MODES = ["untraced", "floor", "traced"] as const;
export type Mode = (typeof MODES)[number];

/** Of one round: another mode goes first each time, so that a drift of the machine favours none. */
export const modesOfRound = (round: number): Mode[] =>
  MODES.map((_, turn) => MODES[(round + turn) % MODES.length] ?? "untraced");
