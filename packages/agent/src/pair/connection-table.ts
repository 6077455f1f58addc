import type { Connection } from "./connection.js";

/**
 * The connections that are remembered, by id and by process. Bounded: a new one takes the place of one without open
 * exchanges, which loses nothing (it is made again from its next request).
 */
export class ConnectionTable {
  private readonly byId = new Map<number, Connection>();
  private readonly byProcess = new Map<number, Set<Connection>>();
  private hand: Iterator<Connection> = this.byId.values();

  /** @param max at least as many as there may be open exchanges, so that an idle one is found whenever it is full */
  constructor(private readonly max: number) {}

  get size(): number {
    return this.byId.size;
  }

  get(id: number): Connection | undefined {
    return this.byId.get(id);
  }

  [Symbol.iterator](): Iterator<Connection> {
    return this.byId.values();
  }

  ofProcess(pid: number): Connection[] {
    return [...(this.byProcess.get(pid) ?? [])];
  }

  add(connection: Connection): Connection {
    if (this.byId.size >= this.max) this.evictIdle();
    this.byId.set(connection.id, connection);
    const siblings = this.byProcess.get(connection.pid);
    if (siblings === undefined) this.byProcess.set(connection.pid, new Set([connection]));
    else siblings.add(connection);
    return connection;
  }

  delete(connection: Connection): void {
    this.byId.delete(connection.id);
    const siblings = this.byProcess.get(connection.pid);
    siblings?.delete(connection);
    if (siblings?.size === 0) this.byProcess.delete(connection.pid);
  }

  /** Goes round like the hand of a clock, so that busy connections are not looked at again and again. */
  private evictIdle(): void {
    for (let looked = 0; looked <= this.byId.size; looked += 1) {
      let next = this.hand.next();
      if (next.done === true) {
        this.hand = this.byId.values();
        next = this.hand.next();
      }
      if (next.done === true) return;
      if (next.value.open.length === 0) {
        this.delete(next.value);
        return;
      }
    }
  }
}
