import type { TenantReport } from "@masthead/shared/http/report-schema";
import { clockOf } from "../../../platform/time-zone.js";

interface Span {
  readonly from: string;
}

/** Names of a report's days or hours: short for axes, long for tables. */
export const labelOf = ({
  period,
  timeZone,
}: Pick<TenantReport, "period" | "timeZone">): { short(of: Span): string; long(of: Span): string } => {
  const clock = clockOf(timeZone);
  const at = (of: Span) => clock(Date.parse(of.from) / 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  return period.length === 7
    ? {
        short: (of) => String(at(of).day),
        long: (of) => {
          const { year, month, day } = at(of);
          return `${year}-${two(month)}-${two(day)}`;
        },
      }
    : {
        short: (of) => two(at(of).hour),
        long: (of) => `${two(at(of).hour)}:${two(at(of).minute)}`,
      };
};
