export { type Sealed, type SealingDeps, sealReports } from "./seal-reports.job.js";
export { sealedAnswer } from "./sealed-answer.rules.js";
export { parseSealed } from "./sealed-document.rules.js";
export { type RenderedSealed, renderSealed } from "./sealed-rendering.rules.js";
export { findSealedReport, type ReportKey, type SealedReport } from "./sealed-reports.store.js";
export { REPORT_CHANGE_ADVICE, sealingRoutes } from "./sealing.routes.js";
export { getSealedReport, scopeOfTenant } from "./sealing.service.js";
