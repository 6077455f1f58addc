import { randomBytes } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type FingerprintKey, parseFingerprintKey } from "@masthead/shared/policy/fingerprint";
import { extendFloor, FLOOR, type Floor } from "@masthead/shared/policy/floor";
import { z } from "zod";
import { makeFolder } from "./make-folder.js";

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";

/**
 * The fleet's fingerprint key. Never logged, never sent.
 * @param makes one, mode 0600, where there is no file; not where somebody named it, whose other hosts would fingerprint differently
 * @throws Error naming the file when it holds no key
 */
export async function fingerprintKeyIn(
  path: string,
  makes: boolean,
): Promise<{ key: FingerprintKey; made: boolean }> {
  const made = makes && (await makeKey(path));
  try {
    return { key: await parseFingerprintKey(await readFile(path, "utf8")), made };
  } catch (error) {
    throw new Error(`the fingerprint key ${path} cannot be used: ${(error as Error).message}`);
  }
}

async function makeKey(path: string): Promise<boolean> {
  try {
    makeFolder(dirname(path), 0o700);
    await writeFile(path, `${randomBytes(16).toString("hex")}\n`, { mode: 0o600, flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
}

const name = z.string().trim().min(1).max(64);
const floorSchema = z.strictObject({
  headers: z.array(name).max(1024).optional(),
  queryParameters: z.array(name).max(1024).optional(),
});

/**
 * The built-in floor with what this host adds. @throws Error when a file is named that cannot be read: a floor that is not
 * there must not pass for one (promise the-floor-holds).
 */
export async function readFloor(path: string | undefined): Promise<Floor> {
  if (path === undefined) return FLOOR;
  try {
    const { headers, queryParameters } = floorSchema.parse(JSON.parse(await readFile(path, "utf8")));
    return extendFloor({ ...(headers && { headers }), ...(queryParameters && { queryParameters }) });
  } catch (error) {
    const words = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new Error(`the floor file ${path} cannot be used: ${words}`);
  }
}

/** `run/agent.pid`, by which Masthead's parts know each other as their own, and `run/agent.ready`. */
export class RunFiles {
  constructor(private readonly home: string) {}

  async began(): Promise<void> {
    try {
      makeFolder(join(this.home, "run"), 0o700);
    } catch (error) {
      throw new Error(`MASTHEAD_HOME cannot be used: ${(error as Error).message}`);
    }
    await rm(this.#path("ready"), { force: true });
    await writeFile(this.#path("pid"), `${process.pid}\n`);
  }

  /** Probes are attached and this revision is in force. */
  ready(facts: { epoch: number; policyRevision: number; source: string }): Promise<void> {
    return writeFile(this.#path("ready"), `${JSON.stringify(facts)}\n`);
  }

  async ended(): Promise<void> {
    await rm(this.#path("ready"), { force: true });
    const pid = await readFile(this.#path("pid"), "utf8").catch((error) => {
      if (isMissing(error)) return "";
      throw error;
    });
    if (pid.trim() === String(process.pid)) await rm(this.#path("pid"), { force: true });
  }

  #path(what: "pid" | "ready"): string {
    return join(this.home, "run", `agent.${what}`);
  }
}
