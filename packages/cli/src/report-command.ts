import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { REPORT_FORMS, type ReportForm, type ReportQuery } from "@masthead/client";
import { Command } from "commander";
import type { CommandContext } from "./context.js";
import { printable } from "./printable.js";
import { reportSummary } from "./report-summary.js";
import { UsageError } from "./settings.js";
import { lookOf } from "./terminal.js";
import { positiveNumberOf } from "./whole-number-option.js";
import { dayOf } from "./zoned-time.js";

type Form = ReportForm | "summary";

interface ReportOptions extends Partial<Record<ReportForm, true>> {
  timeZone: string;
  version?: string;
  output?: string;
  open?: true;
}

const EXAMPLES = `
Examples:
  masthead report acme
  masthead report acme 2026-11 --time-zone Europe/Berlin
  masthead report acme 2026-11 --html -o report.html
  masthead report acme 2026-11 --open
  masthead report acme 2026-11-27 --focus > charges.csv
  masthead report acme --json | jq .totals`;

const BY_ENDING: Record<string, Form> = { ".html": "html", ".htm": "html", ".csv": "csv", ".json": "json" };

/** What is asked for: by name, by the file's ending, a page where it is opened, else a summary. @throws UsageError */
const formOf = (options: ReportOptions, isJson: boolean): Form => {
  const named: Form[] = [
    ...REPORT_FORMS.filter((format) => options[format]),
    ...(isJson ? ["json" as const] : []),
  ];
  const [form, other] = named;
  if (other !== undefined)
    throw new UsageError(`one of --html, --csv, --focus and --json, not --${form} and --${other}`);
  if (options.open) {
    if (form !== undefined && form !== "html") throw new UsageError(`--open shows the page, not --${form}`);
    return "html";
  }
  return form ?? BY_ENDING[extname(options.output ?? "").toLowerCase()] ?? "summary";
};

const queryOf = ({ timeZone, version }: ReportOptions): ReportQuery => {
  return {
    ...(timeZone === "UTC" ? {} : { timeZone }),
    ...(version === undefined ? {} : { version: positiveNumberOf("--version")(version) }),
  };
};

const save = (file: string, text: string): void => {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`${file} cannot be written: ${(error as Error).message}`);
  }
};

/** A file of this name in a folder of its own. */
const temporary = (name: string): string => join(mkdtempSync(join(tmpdir(), "masthead-")), name);

/** `masthead report` */
export const reportCommand = (context: CommandContext): Command =>
  new Command("report")
    .argument("<tenant>", "id of the tenant")
    .argument("[period]", "a month 2026-11 or a day 2026-11-27 (default: the present month)")
    .description("what a tenant used in a month or a day")
    .option("--html", "as one page that needs nothing else")
    .option("--csv", "as CSV")
    .option("--focus", "as CSV in FOCUS columns, for billing")
    .option("--time-zone <zone>", "where days and months begin, such as Europe/Berlin", "UTC")
    .option("--version <number>", "this version of a sealed report (default: the newest)")
    .option("-o, --output <file>", "write it there; the ending .html, .csv or .json says as what")
    .option("--open", "show the page in the browser")
    .addHelpText("after", EXAMPLES)
    .action(async (tenant: string, period: string | undefined, options: ReportOptions) => {
      const form = formOf(options, context.isJson());
      const asked = period ?? dayOf(context.nowMs(), options.timeZone).slice(0, 7);
      const look = options.output === undefined ? context.look : lookOf({});
      const text = await render({ ...context, look }, tenant, asked, form, queryOf(options));
      const file = options.output ?? (options.open ? temporary(`report-${asked}.html`) : undefined);
      if (file === undefined) return context.write(text);
      save(file, text);
      context.note(`${printable(file)} is written`);
      if (options.open) await context.open(file);
    });

const render = async (
  context: CommandContext,
  tenant: string,
  period: string,
  form: Form,
  query: ReportQuery,
): Promise<string> => {
  const { reports } = context.api();
  if (form !== "summary") return reports.file(tenant, period, form, query);
  const report = await reports.get(tenant, period, query);
  return `${reportSummary(report, context.look, context.nowMs())}\n`;
};
