export { type Period, parsePeriod } from "./period.rules.js";
export { reportCsv } from "./report-csv.rules.js";
export { reportsRoutes } from "./reports.routes.js";
export { reportPathSchema, tenantIdSchema } from "./reports.schema.js";
export { buildReport } from "./reports.service.js";
