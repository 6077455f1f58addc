import { readFileSync } from "node:fs";
import { cliVariables } from "./configuration.js";

/** A mistake in how the command was called: exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface GlobalOptions {
  url?: string;
  keyFile?: string;
  json?: boolean;
}

export const DEFAULT_URL = cliVariables.url.default;
/** Where `npm start` leaves the admin key. */
export const DEFAULT_KEY_FILE = `${cliVariables.home.default}/admin.key`;

const readKey = (file: string): string => {
  const key = readFileSync(file, "utf8").trim();
  if (key === "") throw new UsageError(`the key file ${file} is empty`);
  return key;
};

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";

/** The key: of `--key-file`, else of the environment, else of the file that `npm start` leaves. @throws UsageError */
const keyOf = (options: GlobalOptions, env: NodeJS.ProcessEnv): string => {
  if (options.keyFile !== undefined) {
    try {
      return readKey(options.keyFile);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      throw new UsageError(`the key file cannot be read: ${(error as Error).message}`);
    }
  }
  const fromEnvironment = env[cliVariables.apiKey.name]?.trim();
  if (fromEnvironment) return fromEnvironment;
  const home = env[cliVariables.home.name];
  const file = home ? `${home}/admin.key` : DEFAULT_KEY_FILE;
  try {
    return readKey(file);
  } catch (error) {
    if (!isMissing(error)) throw new UsageError(`the key file cannot be read: ${(error as Error).message}`);
    throw new UsageError(
      `no key: set MASTHEAD_API_KEY, or name a file with --key-file (there is no ${file})`,
    );
  }
};

/** Where the API is and with which key to ask it. @throws UsageError */
export const connectionOf = (
  options: GlobalOptions,
  env: NodeJS.ProcessEnv,
): { url: string; key: string } => {
  const text = options.url ?? (env[cliVariables.url.name] || DEFAULT_URL);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new UsageError(`not a URL: ${text}`);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new UsageError(`not an http or https URL: ${text}`);
  const key = keyOf(options, env);
  if (!/^[\x21-\x7e]+$/.test(key)) throw new UsageError("the key has characters that no key has");
  return { url: text, key };
};
