import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SECRETS_KEY_BYTES } from "../platform/secrets.js";

/**
 * The key in `<home>/secrets.key`, made with mode 0600 when it is not there: what destinations keep secret is encrypted with it, links
 * are signed by it. Another key makes both worthless.
 */
export function secretsKeyIn(home: string): Uint8Array {
  const file = join(home, "secrets.key");
  mkdirSync(home, { recursive: true });
  try {
    writeFileSync(file, `${randomBytes(SECRETS_KEY_BYTES).toString("base64")}\n`, {
      mode: 0o600,
      flag: "wx",
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return Buffer.from(readFileSync(file, "utf8").trim(), "base64");
}
