import { REPORT_FORMS, type ReportAnswer, type ReportForm } from "@masthead/shared/http/report-schema";
import { reportFileName } from "./csv.rules.js";
import { reportHtml } from "./page/report-page.js";
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
    "content-type": "text/csv; charset=utf-8; header=present",
    "content-disposition": `attachment; filename="${name}"`,
  },
});

/** A report in one of its forms, with the headers that go with it. */
export const renderReport = (answer: ReportAnswer, form: ReportForm): RenderedReport => {
  const fileName = (ending: string) => reportFileName(answer.tenant.id, answer.period, ending);
  switch (form) {
    case "json":
      return { body: JSON.stringify(answer), headers: { "content-type": "application/json" } };
    case "csv":
      return csv(reportCsv(answer), fileName(".csv"));
    case "html":
      return {
        body: reportHtml(answer, answer),
        headers: {
          "content-type": "text/html; charset=utf-8",
          "content-disposition": `inline; filename="${fileName(".html")}"`,
        },
      };
  }
};
