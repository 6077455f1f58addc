/** Longest text at each place of a batch, as packages/shared/src/wire/batch.ts says. */
export const WIRE_MAX = {
  tenant: 128,
  method: 64,
  path: 8192,
  query: 8192,
  template: 1024,
  serverAddress: 1024,
  clientAddress: 64,
  errorType: 64,
  headerValue: 16_384,
  headerOccurrences: 256,
  flags: 16,
  flag: 32,
  dimension: 1024,
  executableName: 256,
  executablePath: 4096,
  containerId: 128,
  serviceName: 256,
} as const;

/**
 * The text, or as much of its beginning as the wire takes; never half of a surrogate pair. One text that is too long
 * would have the whole batch refused.
 */
export function clamp(text: string, max: number): string {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max);
}
