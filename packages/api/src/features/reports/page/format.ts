/** How numbers and times are written for people: plain English, with thin spaces between thousands. */

const NONE = "–";
const THIN = "\u202f";
const spaced = (text: string): string => text.replaceAll(",", THIN);

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const decimal = new Intl.NumberFormat("en", { maximumFractionDigits: 3 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const three = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

export const number = (value: number): string =>
  spaced((Number.isInteger(value) ? whole : decimal).format(value));

/** For axes: 1.2M. */
export const shortNumber = (value: number): string => compact.format(value);

/** @param share of one; null where there is nothing to take a share of */
export const percent = (share: number | null): string => {
  if (share === null) return NONE;
  const value = share * 100;
  const digits = value === 0 || Math.abs(value) >= 99.95 ? 0 : Math.abs(value) < 1 ? 2 : 1;
  return value !== 0 && Math.abs(value) < 0.01
    ? `<${THIN}0.01${THIN}%`
    : `${spaced(value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }))}${THIN}%`;
};

/** A change with its sign, such as `+12.5 %`; null where nothing was before. */
export const signedPercent = (change: number | null): string =>
  change === null
    ? NONE
    : change === 0
      ? "no change"
      : `${change > 0 ? "+" : "−"}${percent(Math.abs(change))}`;

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

export const bytes = (value: number): string => {
  const unit = value < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(value) / 3));
  return `${spaced(three.format(value / 1000 ** unit))}${THIN}${UNITS[unit]}`;
};

/** Milliseconds, as seconds or minutes where these are easier to read. */
export const duration = (ms: number | null): string => {
  if (ms === null) return NONE;
  if (ms < 1_000) return `${three.format(ms)}${THIN}ms`;
  return ms < 120_000
    ? `${three.format(ms / 1_000)}${THIN}s`
    : `${spaced(three.format(ms / 60_000))}${THIN}min`;
};

const NAME_CHARACTERS = 96;

/** A name that may be as long as its giver likes, cut where it is. */
export const cut = (name: string): string => {
  const characters = [...name];
  return characters.length <= NAME_CHARACTERS
    ? name
    : `${characters.slice(0, NAME_CHARACTERS - 1).join("")}…`;
};

/** Fingerprints are long: the key's id and the beginning are enough to tell them apart. */
export const shortConsumer = (fingerprint: string): string =>
  fingerprint.replace(/^(fp:[0-9a-f]{8}:[0-9a-f]{8})[0-9a-f]{24}$/, "$1…");

/** `23 November 2026, 12:07`, on the clocks of a zone. */
export const timeIn = (timeZone: string): ((rfc3339: string) => string) => {
  const format = new Intl.DateTimeFormat("en-GB", {
    ...{ timeZone, day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" },
    hourCycle: "h23",
  });
  return (rfc3339) => {
    const parts = Object.fromEntries(
      format.formatToParts(new Date(rfc3339)).map(({ type, value }) => [type, value]),
    );
    return `${parts["day"]} ${parts["month"]} ${parts["year"]}, ${parts["hour"]}:${parts["minute"]}`;
  };
};

const MONTHS = [
  ...["January", "February", "March", "April", "May", "June", "July", "August", "September", "October"],
  ...["November", "December"],
];

/** `November 2026` of `2026-11`, `23 November 2026` of `2026-11-23`. */
export const periodName = (period: string): string => {
  const [year, month, day] = period.split("-");
  const name = `${MONTHS[Number(month) - 1]} ${year}`;
  return day === undefined ? name : `${Number(day)} ${name}`;
};
