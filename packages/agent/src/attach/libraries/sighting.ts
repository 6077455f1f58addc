import { NativeError } from "../../capture/native-error.js";
import { codeOf, errnoWords } from "../processes/system-error.js";

/** Who led to a file: a process that maps it, the loader's cache, or a policy that names the program. */
export type Sighting = { pid: number } | "cache" | "policy";

/** A file on which nothing is known to stand, and why. */
export interface Unsighted {
  unsighted: string;
}

/** Why nothing stands on a file. */
export function failureWords(error: unknown): string {
  const code = codeOf(error);
  if (error instanceof NativeError) return `${errnoWords(error.code)}; ${error.message}`;
  if (code !== undefined) return errnoWords(code);
  return error instanceof Error ? error.message : String(error);
}
