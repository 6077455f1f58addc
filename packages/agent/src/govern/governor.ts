import { ByteText } from "../decode/byte-text.js";
import { KnownTexts } from "../decode/known-texts.js";
import type { MessageRecord } from "../decode/message-record.js";
import type { RecordBytes } from "../decode/record-bytes.js";
import { ElementAction, RecordFlag, RecordRole } from "../decode/record-enums.js";
import type { ConnectionInfo, Exchange } from "../exchange.js";
import type { Governing } from "../pair/governing.js";
import { ExchangeFlag } from "./exchange-flags.js";
import type { GenerationPlans } from "./generation-plans.js";
import type { GovernedExchange } from "./governed-exchange.js";
import { HeaderReader } from "./header-reader.js";
import { governs } from "./policy-match.js";
import { takeTimings } from "./timings.js";

const NO_CONNECTION = undefined as unknown as ConnectionInfo;
const NO_FLAGS: string[] = [];
Object.freeze(NO_FLAGS);

/**
 * Judges exchanges by the policies of the generation under which their request was made. The kernel sends the union of what
 * the policies of a process ask; only what the governing one asks goes on from here.
 */
export class Governor implements Governing {
  private readonly text = new ByteText(new KnownTexts());
  private readonly headers: HeaderReader;
  private readonly versions: string[] = [];

  /**
   * @param plansOf the policies of a generation; undefined where they are no longer held
   * @param fingerprintKeyId first eight hex digits of the key's SHA-256
   * @param threadsServe whether a thread of this process goes on with the requests that it reads
   */
  constructor(
    private readonly plansOf: (generation: number) => GenerationPlans | undefined,
    fingerprintKeyId: string,
    private readonly threadsServe: (pid: number) => boolean = () => true,
  ) {
    this.headers = new HeaderReader(this.text, fingerprintKeyId);
  }

  /** @throws Error where the generation is not held any more: the record cannot be read */
  request(record: MessageRecord, bytes: RecordBytes): GovernedExchange | null {
    const plans = this.plansOf(record.generation);
    if (plans === undefined) throw new Error(`the policies of generation ${record.generation} are not held`);
    const text = this.text;
    text.reset();
    const role = record.role === RecordRole.ROLE_SERVER ? "server" : "client";
    const method = text.read(bytes, record.methodStart, record.methodEnd);
    const path = text.read(bytes, record.methodEnd, record.pathEnd);
    const host = plans.hostRule === undefined ? null : this.host(record, bytes, plans.hostRule);
    const plan = plans
      .of(record.governedLow, record.governedHigh)
      .find((each) => governs(each, role, method, path, host));
    if (plan === undefined) return null;
    const exchange: Exchange = {
      timeUs: 0,
      durationUs: 0,
      connection: NO_CONNECTION,
      policy: plan.policy,
      tenant: "",
      method,
      path,
      version: this.version(record.versionMinor),
      requestBytes: 0,
      responseBytes: 0,
      flags: NO_FLAGS,
    };
    if (record.has(RecordFlag.RECORD_COUNTED)) exchange.countedOnly = true;
    const governed: GovernedExchange = { exchange, plan, flags: record.flags };
    if (plan.query !== null && record.queryEnd > record.pathEnd) {
      const query = plan.query(text.readOnce(bytes, record.pathEnd, record.queryEnd));
      if (query !== undefined) exchange.query = query;
    }
    this.headers.request(governed, record, bytes, host);
    if (record.timings !== 0) takeTimings(governed, record, this.threadsServe);
    governed.flags |= this.textFlags();
    return governed;
  }

  response(governed: GovernedExchange, record: MessageRecord, bytes: RecordBytes): void {
    this.text.reset();
    governed.flags |= record.flags;
    this.headers.response(governed, record, bytes);
    if (record.timings !== 0) takeTimings(governed, record, this.threadsServe);
    governed.flags |= this.textFlags();
  }

  private textFlags(): number {
    const { escaped, hasControls } = this.text;
    return (escaped ? ExchangeFlag.ESCAPED : 0) | (hasControls ? ExchangeFlag.CONTROL_CHARACTERS : 0);
  }

  private host(record: MessageRecord, bytes: RecordBytes, rule: number): string | null {
    for (let index = 0; index < record.elements; index += 1) {
      if (record.elementRule[index] !== rule) continue;
      if (record.elementAction[index] !== ElementAction.ELEMENT_KEEP) continue;
      const start = record.elementDataStart[index] as number;
      return this.text.read(bytes, start, record.elementDataEnd[index] as number);
    }
    return null;
  }

  private version(minor: number): string {
    this.versions[minor] ??= `1.${minor}`;
    return this.versions[minor] as string;
  }
}
