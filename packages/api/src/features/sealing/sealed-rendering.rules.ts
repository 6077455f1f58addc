import type { TenantReport } from "@masthead/shared/http/report-schema";
import { toRfc3339 } from "@masthead/shared/time";
import { reportCsv } from "../reports/index.js";
import { parseSealed } from "./sealed-document.rules.js";
import type { SealedReport } from "./sealed-reports.store.js";

/** What a sealed report can be had as. */
export const REPORT_FORMATS = ["json", "csv"] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** A sealed report as it is sent. */
export interface RenderedReport {
  readonly contentType: string;
  /** without a dot */
  readonly extension: string;
  readonly body: Uint8Array;
}

interface Rendering {
  readonly contentType: string;
  readonly extension: string;
  render(report: TenantReport): string;
}

const RENDERINGS: Readonly<Record<Exclude<ReportFormat, "json">, Rendering>> = {
  csv: { contentType: "text/csv; charset=utf-8; header=present", extension: "csv", render: reportCsv },
};

/** `json` is the document as it was sealed, byte for byte; all else is made of it. */
export const renderSealed = (sealed: SealedReport, format: ReportFormat): RenderedReport => {
  if (format === "json") return { contentType: "application/json", extension: "json", body: sealed.document };
  const { contentType, extension, render } = RENDERINGS[format];
  const report = { ...parseSealed(sealed), generatedAt: toRfc3339(sealed.sealedAtUs) };
  return { contentType, extension, body: new TextEncoder().encode(render(report)) };
};
