import type { MastheadClient, UsagePage, UsageQueryInput } from "@masthead/client";
import {
  isUsageMetric,
  USAGE_LIMIT_MAX,
  USAGE_WINDOWS,
  type UsageOrder,
  type UsageWindow,
} from "@masthead/shared/http/usage-query-schema";
import { Command, Option } from "commander";
import { completenessLines } from "./completeness-text.js";
import type { CommandContext } from "./context.js";
import { rangeOf, TIME_HELP } from "./range-option.js";
import { UsageError } from "./settings.js";
import type { Look } from "./terminal.js";
import { usageTable } from "./usage-table.js";
import { filterOf, WHERE_HELP } from "./where-option.js";
import { zonedText } from "./zoned-time.js";

const ROWS_DEFAULT = 100;
/** Of what another program reads, which goes on less easily than who looks at a table. */
const ROWS_FOR_PROGRAMS = 10_000;

interface UsageOptions {
  from: string;
  to?: string;
  window: UsageWindow;
  timeZone: string;
  groupBy?: string[];
  where?: string[];
  top?: string;
  orderBy?: string[];
  compare?: true;
  consumers?: true;
  fill?: true;
  limit?: number;
  csv?: true;
}

const METRIC_WORDS =
  "requests, errors, requestBytes, responseBytes, latencyMs.p50 (p90, p95, p99), measures.<header>";

const EXAMPLES = `
Examples:
  masthead usage --group-by tenant.id
  masthead usage --from 7d --window day --time-zone Europe/Berlin
  masthead usage --from 2026-05 --group-by url.template --top 10 --compare
  masthead usage --where service.name=shop,search --where 'url.template^=/v1/' --order-by latencyMs.p95
  masthead usage --from 30d --group-by tenant.id,x-model-id --csv > usage.csv`;

const listOf = (text: string, before: string[] = []): string[] => [
  ...before,
  ...text.split(",").filter((name) => name !== ""),
];
const again = (text: string, before: string[] = []): string[] => [...before, text];

const wholeNumber =
  (option: string, max: number) =>
  (text: string): number => {
    const number = Number(text);
    if (/^\d{1,9}$/.test(text) && number >= 1 && number <= max) return number;
    throw new UsageError(`--${option} takes a whole number from 1 to ${max}, not ${text}`);
  };

const orderOf = (text: string): UsageOrder => {
  const [, by = text, direction] = /^(.*?)(?::(asc|desc))?$/s.exec(text) ?? [];
  if (by !== "window" && by !== "group" && !isUsageMetric(by))
    throw new UsageError(`--order-by takes window, group, ${METRIC_WORDS}; not ${by}`);
  return direction === undefined ? { by } : { by, direction: direction as "asc" | "desc" };
};

const topOf = (text: string): UsageQueryInput["top"] => {
  const [n = "", by = "requests"] = text.split(/:(.*)/s);
  if (!isUsageMetric(by)) throw new UsageError(`--top ranks by ${METRIC_WORDS}; not ${by}`);
  return { n: wholeNumber("top", 1_000)(n), by };
};

const questionOf = (options: UsageOptions, nowMs: number): UsageQueryInput => {
  const filter = filterOf(options.where ?? []);
  return {
    ...rangeOf(options, nowMs),
    window: options.window,
    timeZone: options.timeZone,
    groupBy: options.groupBy ?? [],
    ...(filter === undefined ? {} : { filter }),
    ...(options.top === undefined ? {} : { top: topOf(options.top) }),
    ...(options.orderBy ? { orderBy: options.orderBy.map(orderOf) } : {}),
    ...(options.compare ? { compare: "previous" as const } : {}),
    ...(options.fill ? { fill: "zero" as const } : {}),
    include: options.consumers ? ["latencyMs", "uniqueConsumers"] : ["latencyMs"],
  };
};

/** Rows up to a number, over as many pages as that takes. */
const readRows = async (
  client: MastheadClient,
  question: UsageQueryInput,
  rows: number,
): Promise<UsagePage> => {
  const ask = (limit: number, cursor?: string) =>
    client.usage.query({
      ...question,
      limit: Math.min(limit, USAGE_LIMIT_MAX),
      ...(cursor ? { cursor } : {}),
    });
  let page = await ask(rows);
  const items = [...page.items];
  while (page.nextCursor !== null && items.length < rows) {
    page = await ask(rows - items.length, page.nextCursor);
    items.push(...page.items);
  }
  return { ...page, items };
};

const coverLines = (page: UsagePage, look: Look, nowMs: number): string[] => {
  const { range, timeZone, comparedWith, capped, uniqueConsumersStandardError: error = 0, level } = page.meta;
  const span = ({ from, to }: { from: string; to: string }) =>
    `${zonedText(from, timeZone)} to ${zonedText(to, timeZone)}`;
  return [
    look.paint(
      "dim",
      `${span(range)} ${timeZone}${comparedWith ? `, beside ${span(comparedWith)}` : ""}, read from ${level.replace("_", "-")} buckets.`,
    ),
    ...completenessLines(page.meta, look, nowMs),
    ...(error > 0
      ? [look.paint("dim", `Consumers within ${(100 * error).toFixed(1)} % (standard error).`)]
      : []),
    ...(capped.otherSeries
      ? [look.paint("yellow", "Some series are beyond a bound: sums are exact, single groups may be larger.")]
      : []),
    ...(page.nextCursor === null
      ? []
      : [
          look.paint(
            "yellow",
            `There are more rows than ${page.items.length}: see --limit, --top, --json, --csv.`,
          ),
        ]),
  ];
};

/** `masthead usage` */
export const usageCommand = (context: CommandContext): Command =>
  new Command("usage")
    .description("who used what, how much and how well")
    .option("--from <time>", `from when on: ${TIME_HELP}; a month or day alone is all of it`, "24h")
    .option("--to <time>", "until when, exclusive: as --from (default: now)")
    .addOption(
      new Option("--window <window>", "what time is cut into").choices(USAGE_WINDOWS).default("total"),
    )
    .option("--time-zone <zone>", "where days and months begin, such as Europe/Berlin", "UTC")
    .option("--group-by <names>", "dimensions, with commas between: tenant.id,url.template", listOf)
    .option("--where <condition>", `only what fits; may be given again. ${WHERE_HELP}`, again)
    .option("--top <n>", "the largest groups, all others in one row; 10:errors ranks by errors")
    .option(
      "--order-by <names>",
      "requests, errors, latencyMs.p95, window, group, …; name:asc for ascending",
      listOf,
    )
    .option("--compare", "beside the period before")
    .option("--consumers", "how many different credentials were used")
    .option("--fill", "also rows of windows without usage")
    .option(
      "--limit <rows>",
      `most rows (default: ${ROWS_DEFAULT}; --json, --csv: ${ROWS_FOR_PROGRAMS})`,
      wholeNumber("limit", 1_000_000),
    )
    .option("--csv", "print CSV")
    .addHelpText("after", EXAMPLES)
    .action(async (options: UsageOptions) => {
      const question = questionOf(options, context.nowMs());
      if (options.csv && context.isJson()) throw new UsageError("--csv or --json, not both");
      if (options.csv) return printCsv(context, question, options.limit ?? ROWS_FOR_PROGRAMS);
      const rows = options.limit ?? (context.isJson() ? ROWS_FOR_PROGRAMS : ROWS_DEFAULT);
      const page = await readRows(context.api(), question, rows);
      context.print(page, () =>
        [
          usageTable(page, options.window, context.look),
          "",
          ...coverLines(page, context.look, context.nowMs()),
        ].join("\n"),
      );
    });

/** Every page's lines up to a number, under the first page's header. */
const printCsv = async (context: CommandContext, question: UsageQueryInput, rows: number): Promise<void> => {
  let cursor: string | null = null;
  for (let left = rows; left > 0; left -= USAGE_LIMIT_MAX) {
    const more: Partial<UsageQueryInput> = cursor === null ? {} : { cursor };
    const limit = Math.min(left, USAGE_LIMIT_MAX);
    const { text, nextCursor } = await context.api().usage.csv({ ...question, ...more, limit });
    context.write(cursor === null ? text : text.slice(text.indexOf("\n") + 1));
    cursor = nextCursor;
    if (cursor === null) return;
  }
  context.note(`masthead: there are more rows than ${rows}: see --limit`);
};
