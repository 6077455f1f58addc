import type { MastheadClient } from "@masthead/client";
import type { Look, Terminal } from "./terminal.js";

/** What commands have besides their arguments. */
export interface CommandContext {
  /** @throws UsageError, RequestError without a URL or key that can be used */
  api(): MastheadClient;
  /** Prints `value` as JSON under `--json`, else the text for people. */
  print(value: unknown, text: () => string): void;
  /** Writes text as it is, without a line's end of its own. */
  write(text: string): void;
  /** A line for people beside what is printed, which a pipe does not get. */
  note(text: string): void;
  /** All of standard input, up to a bound; null where it is a terminal. */
  input(): Promise<Uint8Array | null>;
  readonly env: NodeJS.ProcessEnv;
  /** Shows a file in the browser, or says that it cannot. */
  open(file: string): Promise<void>;
  isJson(): boolean;
  readonly look: Look;
  readonly sleep: NonNullable<Terminal["sleep"]>;
  /** Ends what would go on for ever. */
  readonly stop: AbortSignal | undefined;
  nowMs(): number;
}
