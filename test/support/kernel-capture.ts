import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Attachment, type AttachmentOptions } from "@masthead/agent/attach/attachment";
import { findExecutables } from "@masthead/agent/capture/executable-search";
import {
  type CaptureSession,
  openSession,
  type SessionOptions,
} from "@masthead/agent/capture/native-session";
import { type ApplyResult, PolicyTables } from "@masthead/agent/capture/policy-tables";
import type { ConnectionEndRecord, MessageEndRecord } from "@masthead/agent/decode/end-records";
import type { MessageRecord } from "@masthead/agent/decode/message-record";
import type { RecordBytes } from "@masthead/agent/decode/record-bytes";
import { RecordDecoder } from "@masthead/agent/decode/record-decoder";
import { RecordFlag } from "@masthead/agent/decode/record-enums";
import { readSocket } from "@masthead/agent/pair/socket-addresses";
import { BUILT_OBJECT } from "@masthead/agent/source/bpf-source";
import { askedOf } from "@masthead/agent/source/executable-watch";
import type { PolicySet } from "@masthead/shared/wire/policy-set";
import { afterAll } from "vitest";
import { Cleanup } from "./cleanup.js";

/** What follows Go programs: some of the time that the kernel takes to verify all. */
export const GO_PROGRAMS = ["go_call_entry", "go_call_bytes"];
const ignore = () => {};

export interface KernelCapture {
  readonly session: CaptureSession;
  readonly attachment: Attachment;
  /** no policy is in force before one is applied here */
  readonly tables: PolicyTables;
  /** MASTHEAD_HOME, with an empty `run` */
  readonly home: string;
}

export type KernelCaptureOptions = Partial<
  Pick<
    SessionOptions,
    "objectPath" | "withoutPrograms" | "clearText" | "bestLink" | "returnBy" | "seenAt" | "mapEntries"
  >
> &
  Pick<AttachmentOptions, "knownBuilds" | "isSuspended" | "onWarning"> & {
    go?: boolean;
    /** takes each series of one */
    onSeries?: (bytes: RecordBytes, start: number, end: number) => boolean;
    /** takes each end of a body */
    onMessageEnd?: (record: MessageEndRecord) => void;
    onConnectionEnd?: (record: ConnectionEndRecord) => void;
  };

/** Of each set that is in force the attachment is told, as an agent does. */
class FollowedTables extends PolicyTables {
  onApplied = () => {};

  override apply(set: PolicySet): ApplyResult {
    const result = super.apply(set);
    this.onApplied();
    return result;
  }
}

/**
 * Programs on this host, attached, and nothing of an agent behind them; those that follow Go programs only where `go` asks for them.
 * @param onMessage takes each head
 */
export const startKernelCapture = (
  cleanup: Cleanup,
  onMessage: (record: MessageRecord, bytes: RecordBytes) => void,
  {
    knownBuilds,
    isSuspended,
    onWarning,
    go = false,
    withoutPrograms = [],
    onSeries,
    onMessageEnd = ignore,
    onConnectionEnd = ignore,
    ...options
  }: KernelCaptureOptions = {},
): KernelCapture => {
  const session = openSession({
    ...{ objectPath: BUILT_OBJECT, pollEveryMs: 2, ...options },
    withoutPrograms: [...withoutPrograms, ...(go ? [] : GO_PROGRAMS)],
  });
  cleanup.add(() => session.close());
  const home = cleanup.folder();
  mkdirSync(join(home, "run"));
  const tables = new FollowedTables({ session, labels: {}, findExecutables: () => [] });
  const attachment = new Attachment({
    ...{ session, homeDirectory: home, ownPids: [] },
    ...(knownBuilds && { knownBuilds }),
    ...(isSuspended && { isSuspended }),
    ...(onWarning && { onWarning }),
    isTimed: () => tables.isTimed,
    // As an agent asks, but that without a policy all count as asked about.
    asked: (pid) => (tables.generation === 0 ? "asked" : askedOf(tables, pid)),
  });
  tables.onApplied = () => attachment.onPolicies();
  cleanup.add(() => attachment.stop());
  attachment.scan();
  const decoder = new RecordDecoder({
    ...{ messageEnd: onMessageEnd, connectionEnd: onConnectionEnd, malformed: ignore },
    message: onMessage,
    ...(onSeries && { series: onSeries }),
    process: (record) => attachment.onProcess(record),
  });
  session.start((records, count) => decoder.decode(records, count));
  cleanup.add(() => session.stop());
  return { session, attachment, tables, home };
};

/**
 * One of those for all tests of a file that leave it as it is and put no policy in force, since to load the programs takes longer than most
 * tests. Begins with the first call of what it returns, and ends after the file's last test.
 */
export const keptKernelCapture = (): (() => KernelCapture) => {
  const cleanup = new Cleanup();
  let kept: KernelCapture | undefined;
  afterAll(() => cleanup.run());
  return () => {
    kept ??= startKernelCapture(cleanup, () => {});
    return kept;
  };
};

/** Files of this program, which a policy may name from now on. */
export const addExecutables = (tables: PolicyTables, executable: string): void => {
  for (const { path, ...file } of findExecutables(executable)) tables.addExecutable(file, path);
};

/** What a head says first, and the ends of its socket. */
export interface SeenHead {
  /** a request's path, or the status */
  what: string;
  /** this end's and the peer's; undefined where they are not known */
  ports: (number | undefined)[];
}

export const headOf = (record: MessageRecord, bytes: RecordBytes): SeenHead => {
  const told = record.has(RecordFlag.RECORD_SOCKET) ? readSocket(bytes, record.socketStart) : null;
  return {
    what: record.request ? pathOf(record, bytes) : String(record.status),
    ports: [told?.localPort, told?.peerPort],
  };
};

/** The path of a request's head, as it was sent. */
export const pathOf = (record: MessageRecord, bytes: RecordBytes): string =>
  bytes.buffer.toString("latin1", record.methodEnd, record.pathEnd);
