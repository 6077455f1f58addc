import type { MessageRecord } from "../decode/message-record.js";
import { RecordTiming } from "../decode/record-enums.js";
import type { GovernedExchange } from "./governed-exchange.js";

const micros = (ns: number): number => Math.floor(ns / 1_000);

/**
 * Takes what a record measured to where the governing policy wants it; another one may have asked for more.
 * @param threadsServe whether the CPU time of a thread of this process is of the requests that it reads
 */
export function takeTimings(
  { exchange, plan }: GovernedExchange,
  record: MessageRecord,
  threadsServe: (pid: number) => boolean,
): void {
  const wanted = plan.timings & record.timings;
  if (wanted & RecordTiming.TIMING_ARRIVAL) exchange.arrivalDelayUs = micros(record.arrivalDelayNs);
  if (wanted & RecordTiming.TIMING_CPU && threadsServe(record.pid)) {
    exchange.threadCpuUs = micros(record.threadCpuNs);
  }
  if (wanted & RecordTiming.TIMING_NETWORK) {
    if (record.rttUs > 0) exchange.rttUs = record.rttUs;
    exchange.retransmits = record.retransmits;
  }
}
