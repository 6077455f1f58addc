import type { Attachment } from "@masthead/agent/attach/attachment";
import type { CoverageEntry } from "@masthead/shared/wire/heartbeat";

/** One report reads some megabytes of programs' files, and a busy host has many of them. */
const REPORTS_MAX = 1_000;

/** What one report says of a process; undefined where it has no entry. */
export function reportedEntry(attachment: Attachment, pid: number): CoverageEntry | undefined {
  attachment.scan();
  return attachment.coverage().entries.find((entry) => entry.pid === pid);
}

/** What coverage says of a process once its program's file was read. @throws Error when that does not come to an end */
export function coverageEntry(attachment: Attachment, pid: number): CoverageEntry | undefined {
  for (let report = 0; report < REPORTS_MAX; report += 1) {
    const entry = reportedEntry(attachment, pid);
    if (entry?.reason !== "not_read_yet") return entry;
  }
  throw new Error(`the program of ${pid} was not read by ${REPORTS_MAX} reports`);
}
