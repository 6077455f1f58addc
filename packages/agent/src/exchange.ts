/** A process as exchanges and coverage name it. */
export interface ProcessInfo {
  pid: number;
  executableName: string;
  executablePath?: string;
  containerId?: string;
  /** the systemd unit, else the executable's name */
  serviceName: string;
}

/** One connection. The same object for all its exchanges as long as nothing about it changed, so it can be a key. */
export interface ConnectionInfo {
  process: ProcessInfo;
  role: "server" | "client";
  /** `openssl` … */
  source: string;
  scheme: "http" | "https";
  localAddress?: string;
  localPort?: number;
  peerAddress?: string;
  peerPort?: number;
  /** how the addresses are known to be this connection's: `nested_call`, `call_order`, `handshake`, `descriptor`; absent without them */
  socketTie?: string;
}

/** The policy that governs an exchange. One object per policy and generation, so it can be a key. */
export interface GoverningPolicy {
  name: string;
  revision: number;
  /** tenant reports count its exchanges */
  report: boolean;
  /** of its `budget`; absent: none of its own */
  recordsPerSecond?: number;
  /** its exchanges are counted, and none is kept */
  aggregate?: true;
  sampling: { exchanges: number; maxPerSecond?: number; always: "error"[] };
}

/** One exchange, ended and governed: all that any later stage may know of it (promise redacted-at-source). */
export interface Exchange {
  /** when it ended, Unix microseconds */
  timeUs: number;
  durationUs: number;
  /** request's first byte to the final response's first; absent without a response */
  ttfbUs?: number;
  connection: ConnectionInfo;
  policy: GoverningPolicy;
  tenant: string;
  /** who called: fingerprint of the first credential that the policy fingerprints and the request carries; absent: unknown */
  consumer?: string;
  method: string;
  path: string;
  query?: string;
  /** HTTP version, `1.1` */
  version: string;
  serverAddress?: string;
  /** who is behind the proxies that the policy trusts; absent: the peer of the connection */
  clientAddress?: string;
  status?: number;
  errorType?: string;
  requestBytes: number;
  responseBytes: number;
  /** what the kernel measured where the policy asks, as far as it is known; see exchangeSchema of the wire */
  arrivalDelayUs?: number;
  threadCpuUs?: number;
  rttUs?: number;
  retransmits?: number;
  /** by lower-case name, one value per occurrence: kept as it is, or `fp:…`, `mask:…`, `present:…` */
  requestHeaders?: Record<string, string[]>;
  responseHeaders?: Record<string, string[]>;
  /** the policy's header dimensions; null where the header is absent */
  dimensions?: Record<string, string | null>;
  /** the policy's numeric header sums */
  measures?: Record<string, number>;
  /** beyond a budget: there is just what usage is made of, and it is not kept */
  countedOnly?: true;
  /** `truncated`, `mid_stream`, `gap_before`, … */
  flags: string[];
}
