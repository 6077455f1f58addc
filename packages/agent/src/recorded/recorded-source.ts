import { parsePolicy } from "@masthead/shared/policy/parse";
import type { CapturePolicy } from "@masthead/shared/policy/schema";
import type { PolicySet } from "@masthead/shared/wire/policy-set";
import type { CoverageReport } from "../attach/coverage/coverage.js";
import type { ConnectionInfo, Exchange, GoverningPolicy } from "../exchange.js";
import type { CaptureSource, SourceEvents } from "../source/capture-source.js";
import type { RecordedExchange, Recording } from "./recording.js";

interface InForce {
  policy: GoverningPolicy;
  spec: CapturePolicy["spec"];
}

type Headers = Record<string, string[]>;

/** Replays a recording in a loop, under the policy that governs last; marked `capture.source: recorded` throughout. */
export class RecordedSource implements CaptureSource {
  readonly kind = "recorded";
  readonly link = undefined;
  #inForce: InForce | undefined;
  #captured = 0;
  #next = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #connections = new Map<string, ConnectionInfo>();

  /**
   * @param reason why it is not the kernel
   * @param coverage of a host on which nothing is captured
   */
  constructor(
    private readonly recording: Recording,
    private readonly reason: string,
    private readonly events: SourceEvents,
    private readonly nowUs: () => number,
    readonly coverage: () => CoverageReport,
  ) {}

  readonly accounts = {
    kernel: () => ({ captured: this.#captured, lost: [] }),
    requestsReceived: () => this.#captured,
    ungoverned: () => 0,
    pairing: () => 0,
  };

  /** A recording has one rate, and nobody whom it costs anything. */
  readonly budget = {
    load: () => ({ ringShare: 0, detailed: this.#captured }),
    limitDetail: () => undefined,
    costliest: () => undefined,
    countAnew: () => undefined,
    suspend: () => undefined,
  };

  apply(set: PolicySet): void {
    const parsed = set.policies.map(({ name, revision, document }) => {
      const result = parsePolicy(document);
      if (!result.ok) throw new Error(`${name}: ${result.errors.map(({ message }) => message).join("; ")}`);
      return { name, revision, spec: result.policy.spec };
    });
    const last = parsed.sort((a, b) => a.spec.priority - b.spec.priority)[0];
    this.#inForce = last && { policy: governing(last), spec: last.spec };
  }

  async start(): Promise<void> {
    this.#schedule();
  }

  #schedule(): void {
    const exchange = this.recording.exchanges[this.#next] as RecordedExchange;
    this.#timer = setTimeout(() => {
      this.#next = (this.#next + 1) % this.recording.exchanges.length;
      if (this.#inForce) this.#replay(exchange, this.#inForce);
      this.#schedule();
    }, exchange.afterMs);
  }

  #replay(recorded: RecordedExchange, { policy, spec }: InForce): void {
    const { durationMs, ttfbMs, status, errorType, serverAddress } = recorded;
    const requestHeaders = kept(recorded.requestHeaders, spec.headers.request);
    const responseHeaders = kept(recorded.responseHeaders, spec.headers.response);
    const exchange: Exchange = {
      timeUs: this.nowUs(),
      durationUs: Math.round(durationMs * 1000),
      connection: this.#connection(recorded),
      policy,
      tenant: recorded.tenant,
      method: recorded.method,
      path: recorded.path,
      version: "1.1",
      requestBytes: recorded.requestBytes,
      responseBytes: recorded.responseBytes,
      flags: [],
      ...(ttfbMs === undefined ? {} : { ttfbUs: Math.round(ttfbMs * 1000) }),
      ...(status === undefined ? {} : { status }),
      ...(errorType === undefined ? {} : { errorType }),
      ...(serverAddress === undefined ? {} : { serverAddress }),
      ...(requestHeaders && { requestHeaders }),
      ...(responseHeaders && { responseHeaders }),
    };
    this.#captured += 1;
    this.events.onExchange(exchange);
  }

  #connection({ service, role }: RecordedExchange): ConnectionInfo {
    const key = `${role} ${service}`;
    let connection = this.#connections.get(key);
    if (!connection) {
      const process = { pid: 0, executableName: service, serviceName: service };
      connection = { process, role, source: "recorded", scheme: "https" };
      this.#connections.set(key, connection);
    }
    return connection;
  }

  tick(): void {}

  progress(): { sent: number; received: number } {
    return { sent: this.#captured, received: this.#captured };
  }

  pause(): void {
    clearTimeout(this.#timer);
  }

  resume(): void {
    clearTimeout(this.#timer);
    this.#schedule();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  counters(): Record<string, number> {
    return { captured: this.#captured };
  }

  degraded(): string[] {
    return [`exchanges are replayed from a recording, nothing on this host is captured: ${this.reason}`];
  }
}

const governing = ({
  name,
  revision,
  spec,
}: {
  name: string;
  revision: number;
  spec: CapturePolicy["spec"];
}) => {
  const { exchanges, maxPerSecond, always } = spec.sampling;
  const sampling = { exchanges, always, ...(maxPerSecond === undefined ? {} : { maxPerSecond }) };
  return { name, revision, report: spec.report, sampling };
};

/** The headers that the policy keeps; a recording has nothing that would need another action. */
function kept(
  headers: Headers | undefined,
  rules: readonly { name: string; action: string }[],
): Headers | undefined {
  const names = new Set(rules.filter(({ action }) => action === "keep").map(({ name }) => name));
  const shown = Object.entries(headers ?? {}).filter(([name]) => names.has(name));
  return shown.length > 0 ? Object.fromEntries(shown) : undefined;
}
