import { z } from "@hono/zod-openapi";
import type { UnixMicros } from "@masthead/shared/time";

const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** Microseconds of an RFC 3339 time; what is finer is cut off. @returns undefined where it is none */
export const parseInstant = (text: string): UnixMicros | undefined => {
  const match = RFC_3339.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction = "", offset = "Z"] = match;
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const utc = new Date(Date.UTC(y, mo - 1, d, h, mi, s));
  const real = utc.getUTCMonth() === mo - 1 && utc.getUTCDate() === d && h < 24 && mi < 60 && s < 60;
  if (!real || y < 1970) return undefined;
  const micros = Number(fraction.slice(0, 6).padEnd(6, "0"));
  const at = utc.getTime() * 1000 + micros - offsetMinutes(offset) * 60_000_000;
  return at < 0 ? undefined : at;
};

const offsetMinutes = (offset: string): number => {
  if (offset === "Z" || offset === "z") return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6));
  return offset.startsWith("-") ? -minutes : minutes;
};

const instantSchema = z.string().transform((text, context) => {
  const instant = parseInstant(text);
  if (instant !== undefined) return instant;
  context.addIssue({
    code: "custom",
    message: "an RFC 3339 time, such as 2026-05-01T00:00:00Z (a + in the query is written %2B)",
  });
  return z.NEVER;
});

/** A parameter that is a time, as microseconds. */
export const optionalInstant = (description: string) =>
  instantSchema.optional().openapi({ type: "string", format: "date-time", description });

/** `from` and `to` of a query, as microseconds. */
export const rangeQueryShape = {
  from: optionalInstant("Start, inclusive: RFC 3339. Default: an hour before `to`."),
  to: optionalInstant("End, exclusive: RFC 3339; may lie ahead. Default: now."),
};

export interface TimeRange {
  fromUs: UnixMicros;
  toUs: UnixMicros;
}

const HOUR_US = 3_600_000_000;

/** The range asked for, with its defaults. @returns undefined where it ends before it starts */
export const rangeOf = (
  query: { from?: UnixMicros | undefined; to?: UnixMicros | undefined },
  nowUs: UnixMicros,
): TimeRange | undefined => {
  const toUs = query.to ?? nowUs;
  const fromUs = query.from ?? Math.max(0, toUs - HOUR_US);
  return fromUs <= toUs ? { fromUs, toUs } : undefined;
};
