import { closeSync, openSync, readSync } from "node:fs";
import type { CommandContext } from "./context.js";
import { UsageError } from "./settings.js";

export const SECRETS_HELP = "file with what it keeps secret, one a line; - for standard input";

const FILE_MAX_BYTES = 16 * 1024;

const ON_A_TERMINAL = `standard input is this terminal, which would show what you type. Send the secret from a file or a program instead:
  … --secrets - < secret.txt`;

/** The first bytes of a file, one more than it may have: a device may have no end. */
const bytesOf = (file: string): Uint8Array => {
  const bytes = Buffer.alloc(FILE_MAX_BYTES + 1);
  const descriptor = openSync(file, "r");
  try {
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = readSync(descriptor, bytes, length, bytes.length - length, null);
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
};

const inputOf = async (file: string, context: Pick<CommandContext, "input">): Promise<Uint8Array> => {
  if (file === "-") {
    const input = await context.input();
    if (input === null) throw new UsageError(ON_A_TERMINAL);
    return input;
  }
  try {
    return bytesOf(file);
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    // The name is not repeated: it may be the secret itself, by mistake.
    throw new UsageError(
      `what --secrets names cannot be read (${code}): it is a file with the secret, never the secret`,
    );
  }
};

/** Secrets of a file or of standard input, a line each. @throws UsageError, which never quotes what was read */
export const readSecrets = async (
  file: string,
  context: Pick<CommandContext, "input">,
): Promise<readonly string[]> => {
  const bytes = await inputOf(file, context);
  if (bytes.length > FILE_MAX_BYTES)
    throw new UsageError(`what --secrets names has more than ${FILE_MAX_BYTES} bytes`);
  const lines = Buffer.from(bytes)
    .toString("utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (lines.length === 0) throw new UsageError("what --secrets names holds no secret");
  return lines;
};
