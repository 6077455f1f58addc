export { buildReport, type ReportContext } from "./build-report.service.js";
export { type Period, parsePeriod, previousPeriod } from "./period.rules.js";
export { reportsRoutes } from "./reports.routes.js";
