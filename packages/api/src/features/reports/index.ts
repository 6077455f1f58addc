export { buildReport, type ReportContext } from "./build-report.service.js";
export { reportPagePolicy } from "./page/page-policy.js";
export { type Period, parsePeriod, previousPeriod } from "./period.rules.js";
export {
  FORM_OF,
  REPORT_FORMS,
  type RenderedReport,
  type ReportForm,
  renderReport,
} from "./report-forms.rules.js";
export { reportsRoutes } from "./reports.routes.js";
export { reportPathSchema, reportQuerySchema } from "./reports.schema.js";
