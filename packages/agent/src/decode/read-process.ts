import type { ByteText } from "./byte-text.js";
import type { ProcessRecord } from "./end-records.js";
import type { RecordBytes } from "./record-bytes.js";
import { RecordKind } from "./record-enums.js";
import { RECORD_HEADER, RECORD_PROCESS } from "./record-layout.js";

const COMMAND_BYTES = 16;

const KINDS: Record<number, ProcessRecord["kind"]> = {
  [RecordKind.RECORD_PROCESS_EXEC]: "exec",
  [RecordKind.RECORD_PROCESS_EXIT]: "exit",
  [RecordKind.RECORD_PROCESS_TARGET]: "target",
};

/** What is told of a process. @returns null where the record contradicts itself */
export function readProcess(
  bytes: RecordBytes,
  start: number,
  end: number,
  text: ByteText,
): ProcessRecord | null {
  const kind = KINDS[bytes.u16(start + RECORD_HEADER.kind)];
  if (kind === undefined || end - start < RECORD_PROCESS.bytes) return null;
  const fileStart = start + RECORD_PROCESS.bytes;
  const fileEnd = fileStart + bytes.u16(start + RECORD_PROCESS.file_length);
  if (fileEnd > end) return null;
  const commandStart = start + RECORD_PROCESS.command;
  let commandEnd = commandStart;
  while (commandEnd < commandStart + COMMAND_BYTES && bytes.u8(commandEnd) !== 0) commandEnd += 1;
  const record: ProcessRecord = {
    kind,
    timeNs: bytes.u64(start + RECORD_HEADER.time_ns),
    pid: bytes.u32(start + RECORD_HEADER.pid),
    parentPid: bytes.u32(start + RECORD_PROCESS.parent_pid),
    executableDevice: bytes.u64(start + RECORD_PROCESS.executable_device),
    executableInode: bytes.u64(start + RECORD_PROCESS.executable_inode),
    cgroup: bytes.u64(start + RECORD_PROCESS.cgroup),
    startNs: bytes.u64(start + RECORD_PROCESS.start_ns),
    command: text.read(bytes, commandStart, commandEnd),
  };
  if (fileEnd > fileStart) record.file = text.read(bytes, fileStart, fileEnd);
  return record;
}
