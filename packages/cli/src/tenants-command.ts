import type { MastheadClient } from "@masthead/client";
import { ProblemError } from "@masthead/client";
import type { TenantItem, TenantResource } from "@masthead/shared/http/tenant-resource";
import { Command } from "commander";
import { ago } from "./ago.js";
import { allOf } from "./all-of.js";
import type { CommandContext } from "./context.js";
import { countText } from "./number-text.js";
import { rangeOf, TIME_HELP } from "./range-option.js";
import { UsageError } from "./settings.js";
import { type Column, table } from "./table.js";
import { tenantText } from "./tenant-text.js";
import { wholeNumberOf } from "./whole-number-option.js";

const EXAMPLES = `
Examples:
  masthead tenants list
  masthead tenants set acme --name "Acme, Inc." --label plan=gold
  masthead tenants unknown --from 7d
  masthead tenants attribute acme "$(masthead fingerprint < token.txt)"
  masthead tenants show acme`;

const FOLLOWS = "what was counted before follows within minutes: masthead tenants show";
const STAYS = "what was counted stays where it is; nothing is moved back";

const again = (text: string, before: string[] = []): string[] => [...before, text];

const revisionOf = wholeNumberOf("--if-revision");

/** `name=value`; without a value the label goes. @throws UsageError */
const labelOf = (text: string): [name: string, value: string] => {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new UsageError(`--label takes name=value (name= takes it away), not ${text}`);
  return [name, value];
};

/** The tenant as it is; null where nobody knows it. */
const find = async (client: MastheadClient, id: string): Promise<TenantResource | null> => {
  try {
    return await client.tenants.get(id);
  } catch (error) {
    if (error instanceof ProblemError && error.code === "not_found") return null;
    throw error;
  }
};

const listColumns = (nowMs: number): Column<TenantItem>[] => [
  { title: "ID", cell: ({ id }) => id },
  { title: "NAME", cell: ({ name }) => name ?? "", spare: 1 },
  { title: "REGISTERED", cell: ({ registered }) => (registered ? "yes" : "no") },
  { title: "FINGERPRINTS", align: "right", cell: ({ fingerprints }) => countText(fingerprints.length) },
  { title: "REQUESTS", align: "right", cell: ({ requests }) => countText(requests) },
  { title: "LAST SEEN", cell: ({ lastSeenAt }) => (lastSeenAt === null ? "never" : ago(lastSeenAt, nowMs)) },
];

interface SetOptions {
  name?: string;
  label?: string[];
  fingerprint?: string[];
  ifRevision?: number;
}

const set = async (context: CommandContext, id: string, options: SetOptions): Promise<void> => {
  const changedLabels = (options.label ?? []).map(labelOf);
  const client = context.api();
  const present = await find(client, id);
  const labels = { ...present?.labels };
  for (const [name, value] of changedLabels) {
    if (value === "") delete labels[name];
    else labels[name] = value;
  }
  const fingerprints = [...new Set([...(present?.fingerprints ?? []), ...(options.fingerprint ?? [])])];
  const name = options.name === undefined ? (present?.name ?? null) : options.name || null;
  // What was read is what is changed: somebody else's change in between is not undone.
  const ifRevision = options.ifRevision ?? present?.revision ?? 0;
  const saved = await client.tenants.put(id, { name, labels, fingerprints }, { ifRevision });
  const more = fingerprints.length > (present?.fingerprints.length ?? 0) ? `; ${FOLLOWS} ${id}` : "";
  context.print(saved, () => `${saved.id} is at revision ${saved.revision}${more}`);
};

/** `masthead tenants …` */
export const tenantsCommand = (context: CommandContext): Command => {
  const tenants = new Command("tenants")
    .description("tenants: whose API usage it is, and by which credentials they are known")
    .addHelpText("after", EXAMPLES);

  tenants
    .command("list")
    .description("every tenant that is registered or was seen")
    .action(async () => {
      const items = await allOf(context.api().tenants.all());
      context.print(items, () => table(listColumns(context.nowMs()), items, context.look));
    });

  tenants
    .command("show")
    .argument("<id>", "id of the tenant")
    .description("one tenant, and how its requests of the last 30 days came to be its own")
    .action(async (id: string) => {
      const client = context.api();
      const tenant = await client.tenants.get(id);
      const attribution = await client.tenants.attribution(id);
      context.print({ ...tenant, attribution }, () =>
        tenantText(tenant, attribution, context.look, context.nowMs()),
      );
    });

  tenants
    .command("set")
    .argument("<id>", "id of the tenant")
    .option("--name <name>", "its name, for people; empty takes it away")
    .option("--label <name=value>", "a label; name= takes it away; may be given again", again)
    .option("--fingerprint <fp>", "a fingerprint of its credentials; may be given again", again)
    .option("--if-revision <number>", "only at this revision (0: only if it is not registered)", revisionOf)
    .description("register a tenant or change it; what is not named stays as it is")
    .action((id: string, options: SetOptions) => set(context, id, options));

  tenants
    .command("delete")
    .argument("<id>", "id of the tenant")
    .option("--if-revision <number>", "only at this revision", revisionOf)
    .description(`take a tenant out of the registry; ${STAYS}`)
    .action(async (id: string, { ifRevision }: { ifRevision?: number }) => {
      await context.api().tenants.delete(id, { ifRevision });
      context.print({ id, deleted: true }, () => `${id} is no longer registered; ${STAYS}`);
    });

  tenants
    .command("unknown")
    .option("--from <time>", `from when on: ${TIME_HELP}`, "30d")
    .option("--to <time>", "until when, exclusive: as --from (default: now)")
    .description("callers whom no tenant is known for, most requests first")
    .action(async (options: { from: string; to?: string }) => {
      const range = rangeOf({ ...options, timeZone: "UTC" }, context.nowMs());
      const page = await context.api().tenants.unknownConsumers.list({ ...range, limit: 1_000 });
      context.print(page.items, () =>
        table(
          [
            { title: "FINGERPRINT", cell: ({ fingerprint }) => fingerprint ?? "(no credential)" },
            { title: "REQUESTS", align: "right", cell: ({ requests }) => countText(requests) },
            { title: "SERVICES", cell: ({ services }) => services.join(", ") },
          ],
          page.items,
          context.look,
        ),
      );
    });

  tenants
    .command("attribute")
    .argument("<id>", "id of a registered tenant")
    .argument("<fingerprint...>", "fingerprints of its credentials: see `masthead fingerprint`")
    .option("--remove", `take them from the tenant instead; ${STAYS}`)
    .description("say whose credentials these are; what was counted before follows")
    .action(async (id: string, fingerprints: string[], { remove }: { remove?: true }) => {
      const { tenants: api } = context.api();
      for (const fingerprint of fingerprints) {
        if (remove) await api.removeFingerprint(id, fingerprint);
        else await api.addFingerprint(id, fingerprint);
      }
      const words = remove ? `no longer ${id}'s; ${STAYS}` : `${id}'s; ${FOLLOWS} ${id}`;
      const verb = fingerprints.length === 1 ? "is" : "are";
      context.print(
        { id, fingerprints, removed: remove === true },
        () => `${fingerprints.join(", ")} ${verb} ${words}`,
      );
    });

  return tenants;
};
