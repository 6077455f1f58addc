import type { SealedReportItem } from "@masthead/client";
import { Command } from "commander";
import { allOf } from "./all-of.js";
import type { CommandContext } from "./context.js";
import { reportLinkCommand, revokeLinksCommand } from "./report-link.js";
import { type Column, table } from "./table.js";

const COLUMNS: readonly Column<SealedReportItem>[] = [
  { title: "PERIOD", cell: ({ period }) => period },
  { title: "VERSION", align: "right", cell: ({ version }) => String(version) },
  { title: "STATUS", cell: ({ status }) => status },
  { title: "SEALED", cell: ({ sealedAt }) => `${sealedAt.slice(0, 19)}Z` },
  { title: "SHA-256", cell: ({ sha256 }) => sha256 },
];

const EXAMPLES = `
Examples:
  masthead reports list acme
  masthead report acme 2026-10 -o report.json && sha256sum report.json   # a sealed one has the sum listed`;

/** `masthead reports …` */
export const reportsCommand = (context: CommandContext): Command => {
  const reports = new Command("reports").description(
    "sealed reports: those that never change any more, and links to them",
  );
  reports
    .command("list")
    .argument("<tenant>", "id of the tenant")
    .description("every version of every sealed report of a tenant, newest first")
    .addHelpText("after", EXAMPLES)
    .action(async (tenant: string) => {
      const items = await allOf(context.api().reports.all(tenant));
      context.print(items, () =>
        items.length === 0 ? "No report of this tenant is sealed yet." : table(COLUMNS, items, context.look),
      );
    });
  return reports.addCommand(reportLinkCommand(context)).addCommand(revokeLinksCommand(context));
};
