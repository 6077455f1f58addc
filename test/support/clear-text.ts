import { readlinkSync } from "node:fs";
import type { CaptureSession } from "@masthead/agent/capture/native-session";
import { RecordFlag, RecordRole } from "@masthead/agent/decode/record-enums";
import { policySet } from "@masthead/agent/testing/policies";
import type { Cleanup } from "./cleanup.js";
import {
  headOf,
  type KernelCapture,
  type KernelCaptureOptions,
  type SeenHead,
  startKernelCapture,
} from "./kernel-capture.js";

/** A head that was captured. */
export interface Seen extends SeenHead {
  connection: number;
  exchange: number;
  pid: number;
  source: number;
  role: "server" | "client";
  flags: { midStream: boolean; gap: boolean; malformed: boolean };
}

/** Heads of all processes, HTTP in clear among them, under one policy. */
export const captureClearText = (
  cleanup: Cleanup,
  options: Pick<
    KernelCaptureOptions,
    "objectPath" | "seenAt" | "go" | "onMessageEnd" | "onConnectionEnd"
  > = {},
): { seen: Seen[] } & Pick<KernelCapture, "session" | "attachment" | "tables"> => {
  const seen: Seen[] = [];
  const { session, tables, attachment } = startKernelCapture(
    cleanup,
    (record, bytes) => {
      seen.push({
        connection: record.connection,
        exchange: record.exchange,
        pid: record.pid,
        source: record.source,
        role: record.role === RecordRole.ROLE_SERVER ? "server" : "client",
        ...headOf(record, bytes),
        flags: {
          midStream: record.has(RecordFlag.RECORD_MID_STREAM),
          gap: record.has(RecordFlag.RECORD_GAP_BEFORE),
          malformed: record.has(RecordFlag.RECORD_MALFORMED),
        },
      });
    },
    { clearText: true, ...options },
  );
  tables.apply(policySet(1, { all: {} }));
  return { seen, session, attachment, tables };
};

/** The inodes of a process's sockets to the process that started it. */
const standardSocketsOf = (pid: number): number[] =>
  [0, 1, 2].map((fd) => Number(/\d+/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[0]));

/** How many sockets of this process a table holds; those to the process that started it are left out. */
export const socketsOfProcess = (session: CaptureSession, map: string, pid: number): number => {
  const standard = standardSocketsOf(pid);
  return session
    .tableKeys(map)
    .map((key) => Buffer.from(key))
    .filter((key) => key.readUInt32LE(8) === pid && !standard.includes(key.readUInt32LE(0))).length;
};

/** As PASSED_AS_STRANGE of bpf/maps/state.h, which stands in a word with the process's id. */
const PASSED_AS_STRANGE = 0x8000_0000;

/** How many sockets of this process the kernel passes without a look, since they carry neither HTTP nor TLS. */
export const passedSocketsOf = (session: CaptureSession, pid: number): number => {
  const standard = standardSocketsOf(pid);
  return session
    .tableKeys("passed_sockets")
    .map((cell) => Buffer.from(session.lookupTable("passed_sockets", cell) ?? []))
    .filter(
      (word) => word.readUInt32LE(0) === pid + PASSED_AS_STRANGE && !standard.includes(word.readUInt32LE(4)),
    ).length;
};
