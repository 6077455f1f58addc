import { REPORT_FORMS, type ReportForm } from "@masthead/client";
import { Command, InvalidArgumentError, Option } from "commander";
import type { CommandContext } from "./context.js";
import { printable } from "./printable.js";
import { spanMs } from "./range-option.js";
import { positiveNumberOf } from "./whole-number-option.js";

const HELP = `
The link alone goes where a pipe takes it. Whoever has it reads that version of that report and needs no key, until it expires or
\`masthead reports revoke-links\` ends it.

Examples:
  masthead reports link acme 2026-10
  masthead reports link acme 2026-10 --form csv --expires 7d
  masthead reports revoke-links acme`;

const secondsOf = (text: string): number => {
  const ms = spanMs(text);
  if (ms === undefined) throw new InvalidArgumentError("Such as 30m, 24h or 7d.");
  return ms / 1_000;
};

interface LinkOptions {
  form?: ReportForm;
  version?: number;
  expires?: number;
}

/** `masthead reports link` */
export const reportLinkCommand = (context: CommandContext): Command =>
  new Command("link")
    .argument("<tenant>", "id of the tenant")
    .argument("<period>", "a sealed month 2026-10 or day 2026-10-27")
    .description("make a short-lived link to a sealed report, good without a key")
    .addOption(new Option("--form <form>", "what it answers (html unless said)").choices(REPORT_FORMS))
    .option("--version <number>", "to this version (the newest unless said)", positiveNumberOf("--version"))
    .option(
      "--expires <span>",
      "after how long it is not good any more: 30m, 7d (24h unless said)",
      secondsOf,
    )
    .addHelpText("after", HELP)
    .action(async (tenant: string, period: string, { form, version, expires }: LinkOptions) => {
      const order = { form, version, expiresInSeconds: expires };
      const link = await context.api().reports.createLink(tenant, period, order);
      context.print(link, () => printable(link.url));
      if (context.isJson()) return;
      context.note(`It leads to version ${link.version}, until ${link.expiresAt}, for whoever has it.`);
    });

/** `masthead reports revoke-links` */
export const revokeLinksCommand = (context: CommandContext): Command =>
  new Command("revoke-links")
    .argument("<tenant>", "id of the tenant")
    .description("end every link to a tenant's reports that was made until now")
    .action(async (tenant: string) => {
      await context.api().reports.revokeLinks(tenant);
      context.print(
        { tenant, revoked: true },
        () => `No link to reports of ${printable(tenant)} that was made until now is good any more.`,
      );
    });
