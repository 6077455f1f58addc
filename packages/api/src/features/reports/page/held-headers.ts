import type { HeldHeader, TenantReport } from "@masthead/shared/http/report-schema";
import { html } from "hono/html";
import { number, timeIn } from "./format.js";
import type { Html } from "./html.js";
import { table } from "./table.js";

const ACTIONS: Readonly<Record<HeldHeader["action"], string>> = {
  keep: "kept",
  mask: "masked: first and last four characters",
  fingerprint: "fingerprint only",
  presence: "presence only",
};
const USES: Readonly<Record<HeldHeader["use"], string>> = {
  exchange: "on exchanges",
  tenant: "to tell whose usage it is",
  dimension: "to split usage",
  measure: "to be added up",
};

/** What is held of this tenant's headers, by which policy, since when. */
export const heldHeadersTable = (report: TenantReport): Html => {
  const at = timeIn(report.timeZone);
  return table({
    caption: "Headers of which something is held",
    columns: ["Header", "Message", "What is held", "What for", "By policy", "Since"].map((name) => ({
      name,
      kind: "text" as const,
    })),
    rows: report.headers.map((held) => [
      { shown: html`<code>${held.name}</code>` },
      { shown: held.from },
      {
        shown: `${ACTIONS[held.action]}${held.maxLength === null ? "" : `, at most ${number(held.maxLength)} bytes`}`,
      },
      { shown: USES[held.use] },
      { shown: held.policy },
      {
        shown: html`<time datetime="${held.since}">${at(held.since)}</time>, revision ${held.sinceRevision}${
          held.until === null ? "" : html`, until <time datetime="${held.until}">${at(held.until)}</time>`
        }`,
      },
    ]),
    empty: "No policy that governed this traffic holds any.",
  });
};
