import type { ApiClient } from "./api-client.js";

/** What commands have besides their arguments. */
export interface CommandContext {
  /** @throws UsageError without a URL or key that can be used */
  client(): ApiClient;
  /** Prints `value` as JSON under `--json`, else the text for people. */
  print(value: unknown, text: () => string): void;
  nowMs(): number;
}
