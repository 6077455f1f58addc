/** How the measured program runs: as it is, with empty programs where the agent has its own, under the agent. */
export const MODES = ["untraced", "floor", "traced"] as const;
export type Mode = (typeof MODES)[number];

/** Of one round: each mode goes before each other as often as after it, and one after the other in both ways, so that a drift of the machine favours none. */
export const modesOfRound = (round: number): Mode[] => {
  const turned = MODES.map((_, turn) => MODES[((round >> 1) + turn) % MODES.length] ?? "untraced");
  return round % 2 === 0 ? turned : turned.reverse();
};
