import { toRfc3339 } from "@masthead/shared/time";
import { type ReportForm, renderReport } from "../reports/index.js";
import { parseSealed } from "./sealed-document.rules.js";
import type { SealedReport } from "./sealed-reports.store.js";

/** A sealed report as it is sent. */
export interface RenderedSealed {
  readonly contentType: string;
  /** ending of a file's name, without the first dot */
  readonly extension: string;
  readonly body: Uint8Array;
}

const EXTENSIONS: Readonly<Record<string, string>> = { focus: "focus.csv" };

/** `json` is the document as it was sealed, byte for byte; all else is made of it. */
export const renderSealed = async (sealed: SealedReport, form: ReportForm): Promise<RenderedSealed> => {
  const extension = EXTENSIONS[form] ?? form;
  if (form === "json") return { contentType: "application/json", extension, body: sealed.document };
  const answer = { ...parseSealed(sealed), generatedAt: toRfc3339(sealed.sealedAtUs) };
  const { body, headers } = await renderReport(answer, form);
  return {
    contentType: headers["content-type"] ?? "application/octet-stream",
    extension,
    body: new TextEncoder().encode(body),
  };
};
