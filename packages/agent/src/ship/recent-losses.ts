import type { Ledger } from "@masthead/shared/wire/ledger";

const WINDOW_MS = 60_000;
/** Accounts that are looked at lie so far apart. */
const APART_MS = 1_000;
/** Of what was captured meanwhile. Less is to be seen in the losses, and no reason to look after a host at once. */
const TOLD_FROM_SHARE = 0.01;
const NAMED_MAX = 3;

interface Moment {
  readonly atMs: number;
  readonly captured: number;
  readonly lost: ReadonlyMap<string, number>;
}

/** What the agent lost in the last minute, by its accounts: health tells of it while it is more than a little. */
export class RecentLosses {
  /** oldest first: the last one that is a minute old, and those since */
  readonly #moments: Moment[] = [];

  /** @param nowMs a clock that never goes back, in milliseconds */
  constructor(private readonly nowMs: () => number) {}

  /** Takes note of an account. @returns why the agent does not do all that it should; empty: it does */
  degraded(account: Ledger): string[] {
    const now = momentOf(account, this.nowMs());
    const base = this.#base(now);
    const captured = now.captured - base.captured;
    const lost = [...now.lost]
      .map(([name, count]) => ({ name, count: count - (base.lost.get(name) ?? 0) }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count);
    const all = lost.reduce((sum, { count }) => sum + count, 0);
    if (all === 0 || all < captured * TOLD_FROM_SHARE) return [];
    const named = lost.slice(0, NAMED_MAX).map(({ name, count }) => `${count} ${name}`);
    if (lost.length > NAMED_MAX) named.push("others");
    return [`lost ${all} of ${captured} exchanges in the last minute: ${named.join(", ")}`];
  }

  #base(now: Moment): Moment {
    const moments = this.#moments;
    const oldestMs = now.atMs - WINDOW_MS;
    while (moments.length > 1 && (moments[1] as Moment).atMs <= oldestMs) moments.shift();
    const newest = moments.at(-1);
    if (newest === undefined || now.atMs - newest.atMs >= APART_MS) moments.push(now);
    return newest === undefined ? BEGIN : (moments[0] as Moment);
  }
}

const BEGIN: Moment = { atMs: 0, captured: 0, lost: new Map() };

const momentOf = ({ captured, lost }: Ledger, atMs: number): Moment => ({
  atMs,
  captured,
  lost: new Map(lost.map(({ stage, reason, count }) => [`${stage}/${reason}`, count])),
});
