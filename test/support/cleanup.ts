import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

type Step = () => Promise<unknown> | unknown;

/** What a test has to undo, last things first. Every step runs, also when one before it fails. */
export class Cleanup {
  readonly #steps: Step[] = [];

  add(step: Step): void {
    this.#steps.push(step);
  }

  /** A new folder for temporary files, removed at the end; other accounts may pass through it. */
  folder(): string {
    const path = mkdtempSync(join(tmpdir(), "masthead-test-"));
    chmodSync(path, 0o711);
    this.add(() => rmSync(path, { recursive: true, force: true }));
    return path;
  }

  async run(): Promise<void> {
    const errors: unknown[] = [];
    for (const step of this.#steps.splice(0).reverse()) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, "cleaning up failed");
  }
}
