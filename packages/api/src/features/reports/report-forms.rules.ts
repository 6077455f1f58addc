import {
  REPORT_FORMS,
  type ReportAnswer,
  type ReportForm,
  type ReportStanding,
  type TenantReport,
} from "@masthead/shared/http/report-schema";
import { CSV_CONTENT_TYPE } from "../../platform/http/csv.js";
import { focusCsv } from "./focus-csv.rules.js";
import { parsePeriod, rangeOf } from "./period.rules.js";
import { reportCsv } from "./report-csv.rules.js";

export { REPORT_FORMS, type ReportForm };

/** The form that a media type means; of `focus`, only its name does. */
export const FORM_OF = {
  "application/json": "json",
  "text/csv": "csv",
  "text/html": "html",
} as const satisfies Record<string, ReportForm>;

export interface RenderedReport {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const csv = (body: string, name: string): RenderedReport => ({
  body,
  headers: {
    "content-type": CSV_CONTENT_TYPE,
    "content-disposition": `attachment; filename="${name}"`,
  },
});

/** File name for a download: of a tenant's id only what is safe in any header and on any disk. */
export const reportFileName = (tenant: string, period: string, ending: string): string =>
  `masthead-${tenant.replace(/[^A-Za-z0-9_-]+/g, "_")}-${period}${ending}`;

const billingPeriodOf = ({ period, timeZone, range }: ReportAnswer): ReportAnswer["range"] => {
  const month = parsePeriod(period.slice(0, 7), timeZone);
  return month ? rangeOf(month) : range;
};

/** Loaded when the first page is asked for: the library that draws charts is half of what a start of the API would read. */
const pageOf = async (answer: TenantReport & ReportStanding): Promise<string> =>
  (await import("./page/report-page.js")).reportHtml(answer, answer);

/** A report in one of its forms, with the headers that go with it. */
export const renderReport = async (
  answer: TenantReport & ReportStanding,
  form: ReportForm,
): Promise<RenderedReport> => {
  const fileName = (ending: string) => reportFileName(answer.tenant.id, answer.period, ending);
  switch (form) {
    case "json":
      return { body: JSON.stringify(answer), headers: { "content-type": "application/json" } };
    case "csv":
      return csv(reportCsv(answer), fileName(".csv"));
    case "focus":
      return csv(focusCsv(answer, billingPeriodOf(answer)), fileName(".focus.csv"));
    case "html":
      return {
        body: await pageOf(answer),
        headers: {
          "content-type": "text/html; charset=utf-8",
          "content-disposition": `inline; filename="${fileName(".html")}"`,
        },
      };
  }
};
