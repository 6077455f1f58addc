import { expect, test } from "vitest";
import { RecordFlag } from "../decode/record-enums.js";
import { Random } from "../testing/random.js";
import {
  connectionEndRecord,
  messageEndRecord,
  requestRecord,
  responseRecord,
} from "../testing/record-writer.js";
import { testStream } from "../testing/stream.js";
import type { KernelProgress } from "./reconciliation.js";

/** No two exchanges that one connection has at a time share it: a response that went astray would show. */
const statusOf = (connection: number, exchange: number): number => 200 + ((connection * 37 + exchange) % 700);
const pathOf = (connection: number, exchange: number): string => `/${connection}/${exchange}`;

/** One connection as the kernel sees it; makes the records of random keep-alive, pipelined traffic. */
class Traffic {
  nextRequest = 0;
  nextResponse = 0;
  private requestOpen = false;
  private responseOpen = false;
  private readonly silent = new Set<number>();
  ended = false;

  constructor(
    private readonly id: number,
    private readonly random: Random,
    private readonly send: (record: Buffer, request: boolean) => boolean,
  ) {}

  step(): void {
    const choice = this.random.below(10);
    if (choice === 0) this.end();
    else if (choice < 5) this.request();
    else this.response();
  }

  private request(): void {
    if (this.requestOpen) {
      this.requestOpen = false;
      const exchange = this.nextRequest - 1;
      if (!this.silent.has(exchange))
        this.other(messageEndRecord({ connection: this.id, exchange, response: false }));
      return;
    }
    if (this.nextRequest - this.nextResponse >= 4) return;
    const exchange = this.nextRequest;
    this.nextRequest += 1;
    this.requestOpen = this.random.chance(0.3);
    const flags = this.requestOpen ? 0 : RecordFlag.RECORD_COMPLETE;
    const path = this.random.chance(0.1) ? "/ungoverned" : pathOf(this.id, exchange);
    const sent = this.send(requestRecord({ connection: this.id, exchange, flags, path }), true);
    if (!sent) this.silent.add(exchange);
  }

  private response(): void {
    const exchange = this.nextResponse;
    if (this.responseOpen) {
      this.responseOpen = false;
      this.nextResponse += 1;
      if (!this.silent.has(exchange))
        this.other(messageEndRecord({ connection: this.id, exchange, response: true }));
      return;
    }
    if (exchange === this.nextRequest) return;
    this.responseOpen = this.random.chance(0.3);
    const flags = this.responseOpen ? 0 : RecordFlag.RECORD_COMPLETE;
    const status = statusOf(this.id, exchange);
    if (!this.silent.has(exchange))
      this.other(responseRecord({ connection: this.id, exchange, flags, status }));
    if (!this.responseOpen) this.nextResponse += 1;
  }

  end(): void {
    this.ended = true;
    // As the kernel counts: a response whose head is there.
    const { nextRequest, nextResponse, requestOpen, responseOpen } = this;
    this.other(
      connectionEndRecord({
        connection: this.id,
        nextRequest,
        nextResponse: nextResponse + (responseOpen ? 1 : 0),
        responseOpen,
        requestBytes: requestOpen ? 5 : 0,
        wholeAtEnd: this.random.chance(0.5),
      }),
    );
  }

  private other(record: Buffer): void {
    this.send(record, false);
  }
}

test.each([0, 0.02, 0.2])(
  "every request is an exchange, a loss or pending, with %d of records dropped",
  (dropped) => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const random = new Random(seed * 7919);
      const kernel = { captured: 0, lostRequests: 0, sent: 0, dropped: 0 };
      let live: Traffic[] = [];
      const ids = new Map<Traffic, number>();
      const progress = (): Map<number, KernelProgress> =>
        new Map(live.map((each) => [ids.get(each) as number, { nextResponse: each.nextResponse }]));
      const { feed, exchanges, losses, stream } = testStream({
        liveConnections: progress,
        maxOpenExchanges: seed % 3 === 0 ? 6 : 1_000,
      });
      let ring: Buffer[] = [];
      const send = (record: Buffer, request: boolean): boolean => {
        if (request) kernel.captured += 1;
        if (random.chance(dropped)) {
          if (request) kernel.lostRequests += 1;
          else kernel.dropped += 1;
          return false;
        }
        kernel.sent += 1;
        ring.push(record);
        return true;
      };
      const drain = (): void => {
        feed(...ring);
        ring = [];
      };
      const check = (): void => {
        const { pending, ungoverned } = stream.pairing;
        expect(exchanges.length + losses.total + pending + ungoverned).toBe(
          kernel.captured - kernel.lostRequests,
        );
      };
      for (let round = 0; round < 1_500; round += 1) {
        if (live.length < 12) {
          const traffic = new Traffic(round + 1, random, send);
          ids.set(traffic, round + 1);
          live.push(traffic);
        }
        random.pick(live).step();
        live = live.filter((each) => !each.ended);
        if (random.chance(0.1)) {
          drain();
          check();
        }
        if (random.chance(0.05)) stream.reconcile(() => kernel);
      }
      for (const each of live) each.end();
      live = [];
      drain();
      for (let step = 0; step < 3; step += 1) stream.reconcile(() => kernel);
      check();
      expect(stream.pairing.pending).toBe(0);
      expect([...stream.pairing.connections]).toEqual([]);
      if (dropped === 0 && seed % 3 !== 0) expect(losses.total).toBe(0);
      const answered = exchanges.filter(({ status }) => status !== undefined);
      expect(answered.length).toBeGreaterThan(0);
      for (const { path, status } of answered) {
        const [connection, exchange] = path.slice(1).split("/").map(Number);
        expect([path, status]).toEqual([path, statusOf(connection ?? 0, exchange ?? 0)]);
      }
      expect(new Set(exchanges.map(({ path }) => path)).size).toBe(exchanges.length);
    }
  },
);

test("an exchange that is over in the kernel is settled only when all that was sent before has come", () => {
  const kernel = { sent: 2, dropped: 1 };
  const live = new Map<number, KernelProgress>([[1, { nextResponse: 1 }]]);
  const { feed, stream, lost } = testStream({ liveConnections: () => live });
  const step = (): unknown => {
    stream.reconcile(() => kernel);
    return [stream.pairing.pending, lost()];
  };
  feed(requestRecord({ connection: 2 }));
  expect(step()).toEqual([1, {}]);
  // The request of which the response was dropped comes late; connection 2 ends meanwhile.
  feed(requestRecord());
  kernel.sent = 3;
  expect(step()).toEqual([2, {}]);
  feed(responseRecord({ connection: 2 }));
  expect(step()).toEqual([0, { "ring/response_lost": 1 }]);
});
