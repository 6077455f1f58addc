import { createHash } from "node:crypto";
import type { AuditEntry, AuditHead } from "@masthead/client";
import { followAuditChain } from "@masthead/shared/audit/chain";
import { canonicalJson } from "@masthead/shared/canonical-json";
import { Command, InvalidArgumentError } from "commander";
import { CheckFailed } from "./check-failed.js";
import type { CommandContext } from "./context.js";
import { firstOf, parseLimit } from "./limit-option.js";
import { rangeOf, TIME_HELP } from "./range-option.js";
import { UsageError } from "./settings.js";
import { type Column, table } from "./table.js";

const COLUMNS: readonly Column<AuditEntry>[] = [
  { title: "SEQ", align: "right", cell: ({ seq }) => String(seq) },
  { title: "AT", cell: ({ at }) => `${at.slice(0, 19)}Z` },
  { title: "WHO", cell: ({ actor }) => `${actor.name} (${actor.id})` },
  { title: "ACTION", cell: ({ action }) => action },
  { title: "SUBJECT", cell: ({ subject }) => subject },
  { title: "DETAIL", spare: 1, cell: ({ detail }) => canonicalJson(detail) },
];
const LIMIT_DEFAULT = 50;

const headText = ({ seq, hash }: AuditHead): string => `${seq}:${hash}`;
const parseHead = (text: string): AuditHead => {
  const parts = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text);
  if (!parts) throw new InvalidArgumentError("A head is <seq>:<64 hexadecimal digits>.");
  return { seq: Number(parts[1]), hash: parts[2] ?? "" };
};

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** @throws CheckFailed naming the first entry that does not fit */
const verify = async (context: CommandContext, remembered: AuditHead | undefined): Promise<void> => {
  const chain = followAuditChain(sha256, remembered);
  const failed = (seq: number, why: string) => {
    if (context.isJson()) context.print({ ok: false, seq, why }, () => "");
    return new CheckFailed(`entry ${seq} does not fit: ${why}`);
  };
  let says: AuditHead | undefined;
  for await (const page of context.api().audit.pages({ order: "oldest", limit: 1_000 })) {
    for (const entry of page.items) {
      const misfit = chain.take(entry);
      if (misfit) throw failed(misfit.seq, misfit.why);
    }
    says = page.head;
  }
  const misfit = chain.end(says ?? chain.head);
  if (misfit) throw failed(misfit.seq, misfit.why);
  const { head } = chain;
  context.print({ ok: true, entries: head.seq, head: headText(head) }, () =>
    [
      `${head.seq} entries, each bound to the one before.`,
      `Head: ${headText(head)}`,
      "Keep it elsewhere: `masthead audit verify --head …` then also finds what was cut off the end.",
    ].join("\n"),
  );
};

interface ListOptions {
  actor?: string;
  action?: string;
  subject?: string;
  from?: string;
  to?: string;
  limit: number;
}

/** `masthead audit …` */
export const auditCommand = (context: CommandContext): Command => {
  const audit = new Command("audit").description("the audit log: who changed what");

  audit
    .command("list")
    .description("changes, the newest first")
    .option("--actor <id>", "who did it, as key:<id>")
    .option("--action <action>", "what was done, such as policy.put")
    .option("--subject <subject>", "to what, such as policy:gateway")
    .option("--from <time>", `from then on: ${TIME_HELP}`)
    .option("--to <time>", "until before then")
    .option("--limit <n>", "how many at most", parseLimit, LIMIT_DEFAULT)
    .addHelpText("after", "\nExample:\n  masthead audit list --subject policy:default")
    .action(async ({ limit, from, to, ...filters }: ListOptions) => {
      if (to !== undefined && from === undefined) throw new UsageError("--to needs --from");
      const range = from === undefined ? {} : rangeOf({ from, to, timeZone: "UTC" }, context.nowMs());
      const query = { ...filters, ...range, limit: Math.min(limit, 1_000) };
      const items = await firstOf(context.api().audit.all(query), limit);
      context.print(items, () => (items.length === 0 ? "no changes" : table(COLUMNS, items, context.look)));
    });

  audit
    .command("verify")
    .description("check that no entry was changed or taken out; exit code 1 where one was")
    .option("--head <seq:hash>", "where the log ended once: it has to go through there still", parseHead)
    .addHelpText("after", "\nExample:\n  masthead audit verify --json | jq -r .head > head")
    .action(({ head }: { head?: AuditHead }) => verify(context, head));

  return audit;
};
