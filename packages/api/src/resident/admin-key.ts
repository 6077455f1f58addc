import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateApiKey } from "../features/auth/index.js";

/**
 * The admin key in `<home>/admin.key`, made with mode 0600 when it is not there. Whoever can read the file owns the
 * control plane.
 */
export function adminKeyIn(home: string): string {
  const file = join(home, "admin.key");
  mkdirSync(home, { recursive: true });
  try {
    writeFileSync(file, `${generateApiKey()}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return readFileSync(file, "utf8").trim();
}
