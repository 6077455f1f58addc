import type { ReportForm } from "../reports/index.js";
import { sha256Of } from "./sealed-document.rules.js";
import { renderSealed } from "./sealed-rendering.rules.js";
import type { SealedReport } from "./sealed-reports.store.js";

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

const fileName = ({ tenantId, period, version }: SealedReport, extension: string): string =>
  `masthead-${tenantId.replace(/[^A-Za-z0-9_-]+/g, "_")}-${period}-v${version}.${extension}`;

/** The document's tag is its hash. What is made of it may be made better by a later release. */
const tagOf = ({ sha256 }: SealedReport, form: ReportForm): string => {
  const hex = Buffer.from(sha256).toString("hex");
  return form === "json" ? `"${hex}"` : `W/"${hex}-${form}"`;
};

const matches = (ifNoneMatch: string | undefined, tag: string): boolean =>
  (ifNoneMatch ?? "")
    .split(",")
    .map((one) => one.trim().replace(/^W\//, ""))
    .some((one) => one === "*" || one === tag.replace(/^W\//, ""));

/**
 * A sealed report as an HTTP answer, with its digest (RFC 9530, and RFC 3230 for older clients) and its tag; 304 where the client has
 * it already.
 */
export const sealedAnswer = async (
  sealed: SealedReport,
  form: ReportForm,
  ifNoneMatch: string | undefined,
  more: Readonly<Record<string, string>> = {},
): Promise<Response> => {
  const tag = tagOf(sealed, form);
  const headers = {
    vary: "Accept",
    etag: tag,
    "cache-control": "private, no-cache",
    "last-modified": new Date(sealed.sealedAtUs / 1_000).toUTCString(),
    ...more,
  };
  if (matches(ifNoneMatch, tag)) return new Response(null, { status: 304, headers });
  const { contentType, extension, body } = await renderSealed(sealed, form);
  const digest = base64(sha256Of(body));
  const disposition = contentType.startsWith("text/csv") ? "attachment" : "inline";
  return new Response(body as Uint8Array<ArrayBuffer>, {
    headers: {
      ...headers,
      "content-type": contentType,
      "content-disposition": `${disposition}; filename="${fileName(sealed, extension)}"`,
      "repr-digest": `sha-256=:${digest}:`,
      digest: `sha-256=${digest}`,
    },
  });
};
