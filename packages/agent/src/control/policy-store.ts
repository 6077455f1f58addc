import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type PolicySet, policySetSchema } from "@masthead/shared/wire/policy-set";
import { writeDurably } from "../durable-file.js";

const FILE = "policy-set.json";

/** The last policy set that took effect, on disk, for a start without the control plane. Holds no secret. */
export class PolicyStore {
  readonly #path: string;

  constructor(stateDir: string) {
    this.#path = join(stateDir, FILE);
  }

  /** Undefined: there is none, or none that can be read. */
  async load(): Promise<PolicySet | undefined> {
    try {
      return policySetSchema.parse(JSON.parse(await readFile(this.#path, "utf8")));
    } catch {
      return undefined;
    }
  }

  /** @throws the file system's error */
  save(set: PolicySet): Promise<void> {
    return writeDurably(this.#path, `${JSON.stringify(set)}\n`);
  }
}
