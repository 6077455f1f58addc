import type { ExchangeItem, ExchangesQuery } from "@masthead/client";
import { Command, Option } from "commander";
import type { CommandContext } from "./context.js";
import { millisecondsText } from "./number-text.js";
import { rangeOf, TIME_HELP } from "./range-option.js";
import { UsageError } from "./settings.js";
import { type Column, table } from "./table.js";

const ITEMS_DEFAULT = "20";
const ITEMS_MAX = 1_000;
const LOOK_EVERY_MS = 1_000;
/** Most exchanges that are shown of one look. */
const LOOK_ITEMS_MAX = 5_000;
/** How much later than others an exchange may come and is still shown. */
const LATE_MS = 30_000;

interface ExchangesOptions
  extends Pick<ExchangesQuery, "tenant" | "service" | "host" | "method" | "status" | "path" | "role"> {
  from: string;
  to?: string;
  header?: Record<string, string>;
  limit: string;
  follow?: true;
}

const EXAMPLES = `
Examples:
  masthead exchanges --tenant acme --status 5xx
  masthead exchanges --path '/v1/orders/*' --from 24h --json | jq '.[].attributes'
  masthead exchanges --header x-request-id=4711
  masthead exchanges --follow --service shop

A consumer is shown by the first digits of its fingerprint; --json has all of them, as consumer.fingerprint.`;

const attribute = (item: ExchangeItem, name: string): string => String(item.attributes[name] ?? "");

/** A fingerprint in short: the first of its digits, behind its key's. All of it would be half of a screen. */
const consumerText = (item: ExchangeItem): string => {
  const [, , digits = ""] = attribute(item, "consumer.fingerprint").split(":");
  return digits.slice(0, 8);
};

const COLUMNS: readonly Column<ExchangeItem>[] = [
  { title: "TIME", align: "right", cell: ({ time }) => time.slice(0, 23).replace("T", " ") },
  { title: "TENANT", min: 12, cell: (item) => attribute(item, "tenant.id") },
  { title: "CONSUMER", cell: consumerText, spare: 5 },
  { title: "ROLE", cell: ({ role }) => role, spare: 3 },
  { title: "SERVICE", min: 12, cell: (item) => attribute(item, "service.name"), spare: 2 },
  { title: "HOST", min: 10, cell: (item) => attribute(item, "host.name"), spare: 4 },
  {
    title: "STATUS",
    align: "right",
    cell: (item) => attribute(item, "http.response.status_code") || attribute(item, "error.type"),
    style: (item) => (Number(item.attributes["http.response.status_code"] ?? 500) >= 500 ? "red" : undefined),
  },
  { title: "MS", min: 6, align: "right", cell: ({ durationMs }) => millisecondsText(durationMs) },
  { title: "METHOD", cell: (item) => attribute(item, "http.request.method") },
  { title: "PATH", cell: (item) => attribute(item, "url.path") },
];

const headerOf = (text: string, before: Record<string, string> = {}): Record<string, string> => {
  const [name = "", value] = text.split(/=(.*)/s);
  if (name === "" || value === undefined) throw new UsageError(`--header takes name=value, not ${text}`);
  return { ...before, [name.toLowerCase()]: value };
};

const questionOf = (options: ExchangesOptions, nowMs: number): ExchangesQuery => {
  if (!/^\d{1,4}$/.test(options.limit) || Number(options.limit) < 1 || Number(options.limit) > ITEMS_MAX)
    throw new UsageError(`--limit takes a whole number from 1 to ${ITEMS_MAX}`);
  const { tenant, service, host, method, status, path, role, header } = options;
  return {
    ...rangeOf({ ...options, timeZone: "UTC" }, nowMs),
    ...{ tenant, service, host, method, status, path, role },
    headers: header ?? {},
    limit: Number(options.limit),
  };
};

/** Exchanges since a time, the newest so many. */
const since = async (context: CommandContext, question: ExchangesQuery): Promise<ExchangeItem[]> => {
  const items: ExchangeItem[] = [];
  for await (const item of context.api().exchanges.all({ ...question, limit: ITEMS_MAX })) {
    items.push(item);
    if (items.length < LOOK_ITEMS_MAX) continue;
    context.note(`masthead: more than ${LOOK_ITEMS_MAX} exchanges at once; the older ones are not shown`);
    break;
  }
  return items;
};

/** Shows what comes, oldest first, for ever. */
const follow = async (context: CommandContext, question: ExchangesQuery): Promise<void> => {
  let { items } = await context.api().exchanges.list(question);
  let shown = new Map<string, number>();
  let isFirst = true;
  while (!context.stop?.aborted) {
    const fresh = items.filter(({ id }) => !shown.has(id)).reverse();
    if (context.isJson()) for (const item of fresh) context.write(`${JSON.stringify(item)}\n`);
    else if (fresh.length > 0) {
      const [head = "", ...lines] = table(COLUMNS, fresh, context.look).split("\n");
      context.write(`${(isFirst ? [head, ...lines] : lines).join("\n")}\n`);
      isFirst = false;
    }
    for (const { id, time } of fresh) shown.set(id, Date.parse(time));
    const newest = Math.max(Date.parse(question.from ?? ""), ...shown.values());
    shown = new Map([...shown].filter(([, at]) => at >= newest - LATE_MS));
    await context.sleep(LOOK_EVERY_MS);
    items = await since(context, { ...question, from: new Date(newest - LATE_MS).toISOString() });
  }
};

/** `masthead exchanges` */
export const exchangesCommand = (context: CommandContext): Command =>
  new Command("exchanges")
    .description("requests and their responses one by one, newest first; where they are sampled, not all")
    .option("--from <time>", `from when on: ${TIME_HELP}`, "1h")
    .option("--to <time>", "until when, exclusive: as --from (default: now)")
    .option("--tenant <id>", "of this tenant")
    .option("--service <name>", "of this service.name")
    .option("--host <name>", "of this host.name")
    .option("--method <name>", "with this method")
    .option("--status <status>", "with a status (404) or class (5xx); none: without a response")
    .option("--path <path>", "with a path that begins so; or is so, where * stands for any characters")
    .addOption(new Option("--role <role>", "as which the host took part").choices(["server", "client"]))
    .option(
      "--header <name=value>",
      "with this value of a header, as it was kept; may be given again",
      headerOf,
    )
    .option("--limit <number>", "how many", ITEMS_DEFAULT)
    .option("--follow", "show what comes, oldest first, until it is interrupted")
    .addHelpText("after", EXAMPLES)
    .action(async (options: ExchangesOptions) => {
      const question = questionOf(options, context.nowMs());
      if (options.follow && options.to !== undefined)
        throw new UsageError("--follow knows no end: leave out --to");
      if (options.follow) return follow(context, question);
      const { items } = await context.api().exchanges.list(question);
      context.print(items, () =>
        items.length === 0 ? "No exchange fits." : table(COLUMNS, items, context.look),
      );
    });
