import { SUSPENSIONS_MAX, type Suspension } from "@masthead/shared/wire/heartbeat";
import { clamp } from "../ship/wire-text.js";
import type { Target } from "./target-load.js";

/** How long a target stays away at least; twice as long each time that it is soon suspended again. */
export const AWAY_MS = 15_000;
export const AWAY_MAX_MS = 3_600_000;
/** A return counts as gone well after this. */
export const SOON_MS = 600_000;
const HISTORY_MAX = 1_024;

interface Away {
  target: Target;
  sinceMs: number;
  awayMs: number;
  event: Suspension;
}

/** Which targets are suspended, since when, and when each may come back. Events of this run, the newest of them kept. */
export class Suspensions {
  readonly #away: Away[] = [];
  #events: Suspension[] = [];
  readonly #returned = new Map<string, { atMs: number; awayMs: number }>();

  get targets(): Target[] {
    return this.#away.map(({ target }) => target);
  }

  /** oldest first; those without `untilUs` last to this moment */
  get events(): readonly Suspension[] {
    return this.#events;
  }

  get current(): readonly Suspension[] {
    return this.#away.map(({ event }) => event);
  }

  get isFull(): boolean {
    return this.#away.length >= SUSPENSIONS_MAX;
  }

  has = ({ key }: Pick<Target, "key">): boolean => this.#away.some(({ target }) => target.key === key);

  begin(target: Target, reason: string, nowMs: number, nowUs: number): void {
    const before = this.#returned.get(target.key);
    const soon = before !== undefined && nowMs - before.atMs < SOON_MS;
    const awayMs = soon ? Math.min(AWAY_MAX_MS, before.awayMs * 2) : AWAY_MS;
    const event: Suspension = { executable: clamp(target.path, 1024), reason, sinceUs: nowUs };
    this.#away.push({ target, sinceMs: nowMs, awayMs, event });
    // What lasts is never forgotten: there are at most as many.
    const ended = this.#events.filter(({ untilUs }) => untilUs !== undefined);
    const forgotten = new Set(ended.slice(0, Math.max(0, this.#events.length + 1 - SUSPENSIONS_MAX)));
    this.#events = [...this.#events.filter((each) => !forgotten.has(each)), event];
  }

  /** The one that went last, if its time is over. */
  due(nowMs: number): Target | undefined {
    const last = this.#away.at(-1);
    return last && nowMs - last.sinceMs >= last.awayMs ? last.target : undefined;
  }

  end({ key }: Pick<Target, "key">, nowMs: number, nowUs: number): void {
    const at = this.#away.findIndex(({ target }) => target.key === key);
    const [away] = at < 0 ? [] : this.#away.splice(at, 1);
    if (away === undefined) return;
    away.event.untilUs = nowUs;
    this.#returned.delete(key);
    this.#returned.set(key, { atMs: nowMs, awayMs: away.awayMs });
    const [oldest] = this.#returned.keys();
    if (this.#returned.size > HISTORY_MAX && oldest !== undefined) this.#returned.delete(oldest);
  }
}
