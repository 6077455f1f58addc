import { PolicySetError } from "./policy-selection.js";

const IDS_MAX = 0xffff;

/**
 * Numbers of header names in the kernel's tables and records. A name keeps its number for as long as the programs are
 * loaded, so that an element means the same header under whichever generation it was sent.
 */
export class RuleIds {
  private readonly ids = new Map<string, number>();

  /** @throws PolicySetError when more names than a record can number were used since the start */
  readonly of = (name: string): number => {
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    const id = this.ids.size + 1;
    if (id > IDS_MAX) {
      throw new PolicySetError(`more than ${IDS_MAX} header names since the agent started: restart it`);
    }
    this.ids.set(name, id);
    return id;
  };
}
