/** The body of a message ended. Filled again and again by the decoder. */
export class MessageEndRecord {
  timeNs = 0;
  pid = 0;
  connection = 0;
  exchange = 0;
  /** of the whole message */
  bytes = 0;
  response = false;
  flags = 0;
}

/** A connection ended. Filled again and again by the decoder. */
export class ConnectionEndRecord {
  timeNs = 0;
  pid = 0;
  connection = 0;
  /** of the message that was open on that side, 0 where none was */
  requestBytes = 0;
  responseBytes = 0;
  /** exchanges from `nextResponse` up to before `nextRequest` had no complete response */
  nextRequest = 0;
  nextResponse = 0;
  /** of RecordEndReason */
  reason = 0;
  responseOpen = false;
  wholeAtEnd = false;
  /** a client has read all of that response, or all but its last chunks */
  betweenChunks = false;
}

/** A process began a program (execve) or ended. A new object for each: they are few. */
export interface ProcessRecord {
  /** `target`: its first call as one */
  kind: "exec" | "exit" | "target";
  timeNs: number;
  pid: number;
  parentPid: number;
  /** kernel encoding: major << 20 | minor */
  executableDevice: number;
  executableInode: number;
  cgroup: number;
  startNs: number;
  /** at most 15 characters, as the kernel keeps it */
  command: string;
  /** what was given to execve */
  file?: string;
}
