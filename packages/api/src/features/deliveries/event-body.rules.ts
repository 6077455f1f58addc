import { toRfc3339 } from "@masthead/shared/time";
import type { ReportForm } from "../reports/index.js";
import type { RenderedSealed, SealedReport } from "../sealing/index.js";

/**
 * The body of a webhook's event: the same bytes at each attempt. A report as JSON stands in it byte for byte as it was sealed; other forms
 * are texts.
 */
export const eventBody = (
  sealed: SealedReport,
  form: ReportForm,
  { body, contentType }: RenderedSealed,
): Uint8Array => {
  const status = sealed.version === 1 ? "sealed" : "restated";
  const head = {
    tenantId: sealed.tenantId,
    period: sealed.period,
    version: sealed.version,
    sha256: Buffer.from(sealed.sha256).toString("hex"),
    form,
    contentType,
  };
  const text = new TextDecoder().decode(body);
  const content = form === "json" ? `"report":${text}` : `"content":${JSON.stringify(text)}`;
  const data = `${JSON.stringify(head).slice(0, -1)},${content}}`;
  const event = `"type":"report.${status}","timestamp":"${toRfc3339(sealed.sealedAtUs)}"`;
  return new TextEncoder().encode(`{${event},"data":${data}}`);
};
