import type { Exchange } from "../exchange.js";
import type { GovernedExchange } from "../govern/governed-exchange.js";

/** An exchange whose request head was seen and that has not ended. */
export class OpenExchange {
  requestComplete: boolean;
  requestBytes: number;
  /** 0: no response head yet */
  status = 0;
  responseComplete = false;
  responseBytes = 0;
  responseFirstByteNs = 0;

  constructor(
    /** index on its connection */
    readonly index: number,
    readonly governed: GovernedExchange,
    readonly firstByteNs: number,
    bytes: number,
    complete: boolean,
  ) {
    this.requestBytes = bytes;
    this.requestComplete = complete;
  }

  get exchange(): Exchange {
    return this.governed.exchange;
  }

  get hasResponse(): boolean {
    return this.status !== 0;
  }

  get ended(): boolean {
    return this.requestComplete && this.responseComplete && this.status !== 0;
  }
}
