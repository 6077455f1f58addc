import type { UsageQueryDocument } from "@masthead/shared/http/usage-query-schema";
import { nearestWord } from "@masthead/shared/policy/nearest";
import type { Transaction } from "../../platform/db/database.js";
import type { TimeRange } from "../../platform/http/instant.js";
import { type AskedIn, problem } from "./usage-question.rules.js";
import {
  knowsZone,
  readBoundaries,
  readCalendarLength,
  readRangeBefore,
  readZoneNames,
} from "./usage-windows.read-model.js";
import { boundariesEvery, windowsBetween } from "./usage-windows.rules.js";

/** What rows are cut into. */
export interface UsageWindows {
  windows: readonly TimeRange[];
  /** the period before, where it is compared with: its windows in the same order */
  previous: readonly TimeRange[];
}

/** Rows of one answer that differ in their windows, at most. */
export const USAGE_WINDOWS_MAX = 10_000;

const SHORTEST_US = {
  minute: 60_000_000,
  hour: 1_800_000_000,
  day: 43_200_000_000,
  month: 2_000_000_000_000,
} as const;

type Asked = Pick<UsageQueryDocument, "window" | "timeZone" | "compare">;

/**
 * @param range on whole minutes
 * @throws ApiError `query_too_expensive` for more windows than an answer may have; invalid for an unknown zone
 */
export const windowsOf = async (
  sql: Transaction["sql"],
  query: Asked,
  range: TimeRange,
  asked: AskedIn,
): Promise<UsageWindows> => {
  await checkZone(sql, query.timeZone, asked);
  const windows = await cut(sql, query, range, asked);
  if (!query.compare || windows.length === 0) return { windows, previous: [] };
  const before = await rangeBefore(sql, query, range, windows.length);
  return { windows, previous: (await cut(sql, query, before, asked)).slice(0, windows.length) };
};

const checkZone = async (sql: Transaction["sql"], zone: string, asked: AskedIn): Promise<void> => {
  if (isZone(zone) && (await knowsZone(sql, zone))) return;
  const nearest = nearestWord(zone, await readZoneNames(sql));
  const message = `no zone \`${zone}\` in the IANA time zone database; the nearest is \`${nearest}\``;
  throw problem(asked, [{ pointer: "/timeZone", message }]);
};

/** Postgres takes more than names of zones for one, such as POSIX rules. */
const isZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};

const cut = async (
  sql: Transaction["sql"],
  { window, timeZone }: Asked,
  range: TimeRange,
  asked: AskedIn,
): Promise<TimeRange[]> => {
  if (window === "total") return windowsBetween(range, []);
  const tooMany = () =>
    problem(
      asked,
      [
        {
          pointer: "/window",
          message: `more than ${USAGE_WINDOWS_MAX} windows: ask for wider ones, or for a shorter range`,
        },
      ],
      "query_too_expensive",
    );
  if ((range.toUs - range.fromUs) / SHORTEST_US[window] > 2 * USAGE_WINDOWS_MAX) throw tooMany();
  const boundaries =
    window === "minute"
      ? boundariesEvery(range, SHORTEST_US.minute)
      : await readBoundaries(sql, window, timeZone, range);
  if (boundaries.length >= USAGE_WINDOWS_MAX) throw tooMany();
  return windowsBetween(range, boundaries);
};

const STEP_US = { minute: 60_000_000, hour: 3_600_000_000 } as const;

/** As many windows before; of `total` as much time before, by the calendar where the range is made of its months or days. */
const rangeBefore = async (
  sql: Transaction["sql"],
  { window, timeZone }: Asked,
  range: TimeRange,
  count: number,
): Promise<TimeRange> => {
  if (window === "day" || window === "month")
    return readRangeBefore(sql, timeZone, range, { unit: window, count });
  const calendar = window === "total" ? await readCalendarLength(sql, timeZone, range) : null;
  if (calendar) return readRangeBefore(sql, timeZone, range, calendar);
  const lengthUs = window === "total" ? range.toUs - range.fromUs : count * STEP_US[window];
  return { fromUs: range.fromUs - lengthUs, toUs: range.toUs - lengthUs };
};
