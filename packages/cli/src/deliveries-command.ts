import {
  type DeliveriesQuery,
  type DeliveryDetail,
  type MastheadClient,
  ProblemError,
} from "@masthead/client";
import { DELIVERY_STATES } from "@masthead/shared/http/delivery-resource";
import { Command, Option } from "commander";
import { allOf } from "./all-of.js";
import type { CommandContext } from "./context.js";
import { DELIVERY_COLUMNS, deliveryText } from "./delivery-text.js";
import { firstOf, parseLimit } from "./limit-option.js";
import { printable } from "./printable.js";
import { UsageError } from "./settings.js";
import { table } from "./table.js";

const LIMIT_DEFAULT = 50;
const PAGE_MAX = 1_000;
/** How often one is asked for where the server says that it was asked too often. */
const ASKED_MAX = 5;
const WAIT_MS = 1_000;

const EXAMPLES = `
Examples:
  masthead deliveries list --state dead
  masthead deliveries show dlv_0123456789abcdef0123456789abcdef
  masthead deliveries resend --dead --destination dst_0123456789abcdef`;

const RESEND_HELP = `
It is due now, and has the id that it had: a receiver that knows it drops it.

Examples:
  masthead deliveries resend dlv_0123456789abcdef0123456789abcdef
  masthead deliveries resend --dead --destination dst_0123456789abcdef   # when its receiver is well again`;

/** @throws ProblemError */
const resendOne = async (client: MastheadClient, id: string, context: CommandContext) => {
  for (let asked = 1; ; asked++) {
    try {
      return await client.deliveries.resend(id);
    } catch (error) {
      const isTooOften = error instanceof ProblemError && error.code === "too_many_requests";
      if (!isTooOften || asked === ASKED_MAX) throw error;
      await context.sleep(error.retryAfterMs ?? WAIT_MS);
    }
  }
};

interface ResendOptions {
  dead?: true;
  destination?: string;
  tenant?: string;
}

/** @throws UsageError */
const idsOf = async (
  client: MastheadClient,
  named: readonly string[],
  { dead, destination, tenant }: ResendOptions,
): Promise<readonly string[]> => {
  if (!dead) return named;
  const query: DeliveriesQuery = { state: "dead", destination, tenant };
  return (await allOf(client.deliveries.all(query))).map(({ id }) => id);
};

const checkResend = (named: readonly string[], { dead, destination, tenant }: ResendOptions): void => {
  if (dead && named.length > 0) throw new UsageError("ids, or --dead, not both");
  if (!dead && named.length === 0) throw new UsageError("which ones? Their ids, or --dead for dead letters");
  if (!dead && (destination ?? tenant) !== undefined)
    throw new UsageError("--destination and --tenant narrow --dead");
};

const resend = async (context: CommandContext, named: readonly string[], options: ResendOptions) => {
  checkResend(named, options);
  const client = context.api();
  const ids = await idsOf(client, named, options);
  const sent: DeliveryDetail[] = [];
  for (const id of ids) {
    try {
      sent.push(await resendOne(client, id, context));
    } catch (error) {
      // Its destination was deleted since the dead letters were listed.
      if (options.dead && error instanceof ProblemError && error.code === "not_found") continue;
      if (sent.length > 0) context.note(`masthead: ${sent.length} of ${ids.length} are due now`);
      throw error;
    }
  }
  context.print(sent, () =>
    sent.length === 0
      ? "There is no dead letter."
      : sent.map(({ id }) => `${printable(id)} is due now`).join("\n"),
  );
};

interface ListOptions {
  state?: DeliveriesQuery["state"];
  destination?: string;
  tenant?: string;
  limit: number;
}

/** `masthead deliveries …` */
export const deliveriesCommand = (context: CommandContext): Command => {
  const deliveries = new Command("deliveries")
    .description("deliveries: sealed reports on their way to their destinations")
    .addHelpText("after", EXAMPLES);

  deliveries
    .command("list")
    .description("deliveries, the newest first")
    .addOption(
      new Option("--state <state>", "in this state; dead: given up, the dead letters").choices(
        DELIVERY_STATES,
      ),
    )
    .option("--destination <id>", "to this destination")
    .option("--tenant <id>", "of this tenant")
    .option("--limit <n>", "how many at most", parseLimit, LIMIT_DEFAULT)
    .addHelpText("after", "\nExample:\n  masthead deliveries list --state dead --json | jq -r '.[].id'")
    .action(async ({ limit, ...filters }: ListOptions) => {
      const query = { ...filters, limit: Math.min(limit, PAGE_MAX) };
      const items = await firstOf(context.api().deliveries.all(query), limit);
      context.print(items, () =>
        items.length === 0 ? "No delivery fits." : table(DELIVERY_COLUMNS, items, context.look),
      );
    });

  deliveries
    .command("show")
    .argument("<id>", "id of the delivery")
    .description("one delivery, with each attempt and why it failed")
    .action(async (id: string) => {
      const delivery = await context.api().deliveries.get(id);
      context.print(delivery, () => deliveryText(delivery, context.look));
    });

  deliveries
    .command("resend")
    .argument("[id...]", "ids of deliveries, whatever became of them")
    .option("--dead", "all dead letters")
    .option("--destination <id>", "of --dead, those to this destination")
    .option("--tenant <id>", "of --dead, those of this tenant")
    .description("send deliveries again")
    .addHelpText("after", RESEND_HELP)
    .action((ids: string[], options: ResendOptions) => resend(context, ids, options));

  return deliveries;
};
