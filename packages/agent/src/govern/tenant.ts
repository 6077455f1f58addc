import { INVALID_TENANT, TENANT_ID_MAX_CHARACTERS, UNATTRIBUTED_TENANT } from "@masthead/shared/ids";
import { NONE } from "./policy-plan.js";

const CONTROL = /\p{Cc}/u;
/** No URL can name them (RFC 3986 section 5.2.4), so nobody could ask about such a tenant. */
const DOT_SEGMENT = /^\.\.?$/;

/** Finds whose exchange it is: the first of the policy's tenant rules that answers. */
export class TenantFinder {
  private rank = NONE;
  private tenant = UNATTRIBUTED_TENANT;

  reset(): void {
    this.rank = NONE;
    this.tenant = UNATTRIBUTED_TENANT;
  }

  get found(): string {
    return this.tenant;
  }

  /** Would a rule of this rank decide? */
  wants(rank: number): boolean {
    return rank < this.rank;
  }

  /**
   * @param whole false: the value was cut, or is not text
   */
  answer(rank: number, value: string, whole: boolean): void {
    if (rank >= this.rank || value === "") return;
    this.rank = rank;
    const valid =
      whole && value.length <= TENANT_ID_MAX_CHARACTERS && !CONTROL.test(value) && !DOT_SEGMENT.test(value);
    this.tenant = valid ? value : INVALID_TENANT;
  }
}
