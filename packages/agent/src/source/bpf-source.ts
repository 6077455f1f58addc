import { release } from "node:os";
import { fileURLToPath } from "node:url";
import type { PolicySet } from "@masthead/shared/wire/policy-set";
import { Attachment } from "../attach/attachment.js";
import type { CoverageReport } from "../attach/coverage/coverage.js";
import { type FoundExecutable, findExecutables } from "../capture/executable-search.js";
import { readKernelConnections } from "../capture/kernel-connections.js";
import { type CaptureSession, type LinkKind, openSession } from "../capture/native-session.js";
import { writeConstantTables } from "../capture/policy-constants.js";
import { PolicyTables } from "../capture/policy-tables.js";
import type { ProcessRecord } from "../decode/end-records.js";
import { Governor } from "../govern/governor.js";
import { ExchangeStream } from "../pair/exchange-stream.js";
import { lacking } from "../privilege/capabilities.js";
import { circumstances, usualLink } from "../privilege/circumstances.js";
import { lossWithout, requireCapabilities } from "../privilege/missing-capabilities.js";
import { ownRights } from "../privilege/thread-rights.js";
import type { LedgerSources } from "../ship/ledger.js";
import type { BpfSourceOptions } from "./bpf-source-options.js";
import type { CaptureSource, SourceEvents } from "./capture-source.js";
import { askedOf, ExecutableWatch } from "./executable-watch.js";
import { KernelBudget } from "./kernel-budget.js";
import { counterOf, kernelAccount, recordsWritten, sessionCounters } from "./kernel-counters.js";
import { KernelCounting } from "./kernel-counting.js";
import { mapEntriesOf } from "./map-entries.js";

/** The programs as `make -C bpf` leaves them. */
export const BUILT_OBJECT = fileURLToPath(new URL("../../../../bpf/build/masthead.bpf.o", import.meta.url));

/** Exchanges of programs on this host, from the kernel. */
export class BpfSource implements CaptureSource {
  readonly kind = "bpf";
  readonly accounts: LedgerSources;
  readonly #session: CaptureSession;
  readonly #tables: PolicyTables;
  readonly #governor: Governor;
  readonly #stream: ExchangeStream;
  readonly #attachment: Attachment;
  readonly #executables: ExecutableWatch;
  readonly budget: KernelBudget;
  readonly #losses: readonly string[];
  readonly #counting: KernelCounting;

  /** @throws NativeError or Error in words where this host refuses: no BTF, no rights, no object */
  constructor(
    options: BpfSourceOptions,
    private readonly events: SourceEvents,
  ) {
    const {
      objectPath = BUILT_OBJECT,
      handoffBytes,
      pollEveryMs,
      clearText,
      tlsSeenAt: seenAt,
      labels,
      floor,
      homeDirectory,
      sendsAll = false,
    } = options;
    const { effective } = ownRights();
    requireCapabilities(effective, circumstances(usualLink(release()), homeDirectory));
    const mapEntries = mapEntriesOf(options);
    this.#session = openSession({ objectPath, handoffBytes, pollEveryMs, clearText, seenAt, mapEntries });
    try {
      writeConstantTables(this.#session, options.fingerprintKey);
      this.#tables = new PolicyTables({
        ...{ session: this.#session, labels, floor, sendsAll },
        findExecutables: (glob) => this.#namedExecutables(glob),
      });
      this.budget = new KernelBudget(this.#session, this.#tables, options.ringBytes, () =>
        this.#attachment.onPolicies(),
      );
      this.#governor = new Governor(this.#tables.plansOf, options.fingerprintKey.id, (pid) =>
        this.#attachment.threadsServe(pid),
      );
      const { plansOf } = this.#tables;
      const processOf = (pid: number) => this.#attachment.processOf(pid);
      this.#counting = new KernelCounting(
        this.#session,
        { governing: this.#governor, plansOf, processOf },
        events,
      );
      this.#attachment = new Attachment({
        session: this.#session,
        knownBuilds: options.knownBuilds,
        asked: (pid) => askedOf(this.#tables, pid),
        isSuspended: (pid) => this.budget.isSuspended(pid),
        isTimed: () => this.#tables.isTimed,
        onWarning: events.onWarning,
        ...(homeDirectory === undefined ? {} : { homeDirectory }),
      });
      this.#executables = new ExecutableWatch(this.#tables, {
        onRenewed: () => this.#attachment.onPolicies(),
        onFailed: ({ message }) => events.onWarning(`programs that became targets: ${message}`),
      });
    } catch (error) {
      this.#session.close();
      throw error;
    }
    this.#losses = lacking(effective, circumstances(this.link, homeDirectory)).map(lossWithout);
    this.#stream = this.#makeStream(options);
    this.accounts = {
      kernel: () => kernelAccount(this.#session.counters()),
      requestsReceived: () => this.#stream.decoder.requests + this.#counting.booking.received,
      ungoverned: () => this.#stream.pairing.ungoverned + this.#counting.booking.ungoverned,
      pairing: () => this.#stream.pairing.pending,
    };
  }

  /** Those on disk that a policy names: probes stand on them before the policy is in force. */
  #namedExecutables(glob: string): FoundExecutable[] {
    const found = findExecutables(glob);
    this.#attachment.expect(found.map(({ path }) => path));
    return found;
  }

  #makeStream({ openExchanges }: BpfSourceOptions): ExchangeStream {
    const { events } = this;
    return new ExchangeStream({
      governing: this.#governor,
      processOf: (pid) => this.#attachment.processOf(pid),
      unixUs: (monotonicNs) => events.unixUs(monotonicNs),
      onExchange: (exchange) => events.onExchange(exchange),
      losses: events.losses,
      maxOpenExchanges: openExchanges,
      onProcess: (record) => this.#onProcess(record),
      onMessage: (pid) => this.budget.targets.count(pid),
      onSeries: (bytes, start, end) => this.#counting.booking.one(bytes, start, end),
      liveConnections: () => readKernelConnections(this.#session),
    });
  }

  #onProcess(record: ProcessRecord): void {
    const { pid, executableDevice: device, executableInode: inode } = record;
    this.#attachment.onProcess(record);
    if (record.kind === "exit") {
      this.#executables.forget(pid);
      this.budget.targets.ended(pid);
      return;
    }
    const path = this.#attachment.processOf(pid).executablePath;
    this.budget.targets.began(pid, { device, inode }, path);
    if (path !== undefined) this.#executables.sighted(pid, { device, inode }, path);
  }

  get link(): LinkKind | undefined {
    return this.#session.info.links[0];
  }

  apply(set: PolicySet): void {
    const result = this.#tables.apply(set);
    if (!result.ok) throw new Error(result.error);
    for (const warning of result.warnings) this.events.onWarning(warning);
    // What was counted under the set before is booked before anything of this one is.
    this.#counting.take();
    this.#attachment.onPolicies();
  }

  async start(): Promise<void> {
    this.#scan();
    this.#session.start(this.#stream.take);
  }

  #scan(): void {
    this.#attachment.scan();
    this.#executables.scan();
  }

  tick(): void {
    this.#scan();
    this.#reconcile();
    this.#counting.schedule.tick();
  }

  #reconcile(): void {
    this.#stream.reconcile(() => recordsWritten(this.#session.counters()));
  }

  progress(): { sent: number; received: number; heldSinceUs?: number } {
    const heldSinceUs = this.#counting.schedule.heldSinceUs();
    return {
      sent: counterOf(this.#session.counters(), "records_sent"),
      received: this.#stream.decoder.records,
      ...(heldSinceUs !== undefined && { heldSinceUs }),
    };
  }

  pause(): void {
    this.#session.pause();
    this.#counting.schedule.paused = true;
  }

  resume(): void {
    this.#session.resume();
    this.#counting.schedule.paused = false;
  }

  async stop(): Promise<void> {
    // Nothing new begins, then what is in the ring comes out.
    this.#attachment.stop();
    this.#executables.stop();
    await this.#session.stop();
    // Twice: what dropped records left open is suspected in the first step and settled in the second.
    this.#reconcile();
    this.#reconcile();
    this.#counting.take();
  }

  close(): void {
    this.#session.close();
  }

  coverage(): CoverageReport {
    return this.#attachment.coverage();
  }

  counters(): Record<string, number> {
    return {
      ...sessionCounters(this.#session),
      records_received: this.#stream.decoder.records,
      records_unreadable: this.#stream.unreadable,
      pairing_anomalies: this.#stream.pairing.anomalies,
      ungoverned: this.accounts.ungoverned(),
      open_exchanges: this.#stream.pairing.pending,
    };
  }

  degraded(): string[] {
    const reasons = this.#session.info.absent.map(
      ({ program, reason }) => `${program} is not loaded: ${reason}`,
    );
    reasons.push(...this.#losses);
    const { lastFault } = this.#stream.decoder;
    if (lastFault !== undefined) reasons.push(`a record could not be processed: ${String(lastFault)}`);
    return reasons;
  }
}
