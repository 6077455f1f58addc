import { getSystemErrorMap } from "node:util";

/** `EPERM` of an error of the system; undefined for any other. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;

let byCode: Map<string, string> | undefined;

/** `operation not permitted (EPERM)`; the code alone where this system has no words for it. */
export function errnoWords(code: string): string {
  byCode ??= new Map([...getSystemErrorMap().values()]);
  const words = byCode.get(code);
  return words === undefined ? code : `${words} (${code})`;
}
