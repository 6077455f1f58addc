const COUNT = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** `1,234,567` */
export const countText = (count: number): string => COUNT.format(count);

const threeDigits = (value: number): string =>
  value >= 100 ? String(Math.round(value)) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

/** `1.23 MB`, in powers of 1,000. */
export const bytesText = (bytes: number): string => {
  const power = bytes < 1_000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  return power === 0 ? `${bytes} B` : `${threeDigits(bytes / 1_000 ** power)} ${UNITS[power]}`;
};

/** Milliseconds with three digits; empty where there are none. */
export const millisecondsText = (ms: number | null | undefined): string =>
  ms == null ? "" : threeDigits(ms);

/** `1.2 %` of a whole; empty where the whole is nothing. */
export const shareText = (part: number, whole: number): string => {
  if (whole === 0) return "";
  const percent = (100 * part) / whole;
  if (part > 0 && percent < 0.05) return "< 0.1 %";
  return `${percent.toFixed(1)} %`;
};

/** From `before` to `now`: `+12.5 %`, `new` where there was nothing. */
export const changeText = (now: number, before: number | null | undefined): string => {
  if (before == null) return "";
  if (before === 0) return now === 0 ? "0.0 %" : "new";
  const percent = (100 * (now - before)) / before;
  return `${percent > 0 ? "+" : ""}${percent.toFixed(1)} %`;
};

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of blocks, `width` cells at most. @param share from 0 to 1 */
export const barText = (share: number, width: number): string => {
  const eighths = Math.round(share * width * 8);
  return "█".repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? "");
};
