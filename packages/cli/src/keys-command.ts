import type { KeyResource, KeyWithSecret, NewKey } from "@masthead/client";
import { Command, InvalidArgumentError, Option } from "commander";
import { allOf } from "./all-of.js";
import type { CommandContext } from "./context.js";
import { spanMs } from "./range-option.js";
import { type Column, table } from "./table.js";

const COLUMNS: readonly Column<KeyResource>[] = [
  { title: "ID", cell: ({ id }) => id },
  { title: "NAME", cell: ({ name }) => name },
  { title: "ROLE", cell: ({ role, tenant }) => (tenant === null ? role : `${role} ${tenant}`) },
  { title: "SCOPES", spare: 1, cell: ({ scopes }) => scopes?.join(" ") ?? "" },
  { title: "LAST USED", cell: ({ lastUsedOn }) => lastUsedOn ?? "never" },
  {
    title: "EXPIRES",
    cell: ({ expiresAt, status }) => (status === "expired" ? "expired" : (expiresAt?.slice(0, 10) ?? "")),
    style: ({ status }) => (status === "expired" ? "red" : undefined),
  },
];

const parseSpan = (text: string): number => {
  const ms = text === "0" ? 0 : spanMs(text);
  if (ms === undefined) throw new InvalidArgumentError("Such as 30m, 12h, 90d, or 0.");
  return ms;
};
const gather = (scope: string, scopes: readonly string[] = []): string[] => [...scopes, ...scope.split(",")];

/** The secret alone goes where a pipe takes it; what is to be known of it goes beside. */
const printSecret = (context: CommandContext, made: KeyWithSecret, notes: readonly string[]): void => {
  context.print(made, () => made.key);
  if (context.isJson()) return;
  for (const note of notes) context.note(note);
  context.note("This is the only time that it is shown.");
};

interface CreateOptions {
  name: string;
  role: NewKey["role"];
  tenant?: string;
  scope?: string[];
  expires?: number;
}

/** `masthead keys …` */
export const keysCommand = (context: CommandContext): Command => {
  const keys = new Command("keys").description("keys of the API: who may ask, and for what");

  keys
    .command("list")
    .description("every key, the oldest first")
    .action(async () => {
      const items = await allOf(context.api().keys.all());
      context.print(items, () => table(COLUMNS, items, context.look));
    });

  keys
    .command("create")
    .description("make a key, and print it this once")
    .requiredOption("--name <name>", "what it is for")
    .addOption(
      new Option("--role <role>", "what it may do at most")
        .choices(["admin", "editor", "viewer", "tenant"])
        .makeOptionMandatory(),
    )
    .option("--tenant <id>", "whose it is, of the role tenant")
    .option("--scope <scope>", "what narrows the role, such as usage:read; may be repeated", gather)
    .option("--expires <span>", "after how long it is not let in: 12h, 90d", parseSpan)
    .addHelpText(
      "after",
      `
Examples:
  masthead keys create --name "acme's own" --role tenant --tenant acme --expires 90d > acme.key
  masthead keys create --name billing --role viewer --scope usage:read --scope reports:read`,
    )
    .action(async ({ name, role, tenant, scope, expires }: CreateOptions) => {
      const expiresAt = expires === undefined ? undefined : new Date(context.nowMs() + expires).toISOString();
      const made = await context.api().keys.create({ name, role, tenant, scopes: scope, expiresAt });
      printSecret(context, made, [`Key ${made.id} was made.`]);
    });

  keys
    .command("rotate")
    .argument("<id>", "id of the key")
    .description("give a key a new secret, and print it this once")
    .option(
      "--overlap <span>",
      "for how long the secret there is is let in, too: 1h, 7d; 0: not any more",
      parseSpan,
    )
    .addHelpText("after", "\nExample:\n  masthead keys rotate 0123456789abcdef --overlap 24h > new.key")
    .action(async (id: string, { overlap }: { overlap?: number }) => {
      const made = await context.api().keys.rotate(id, { overlapMs: overlap });
      const until = made.previousSecretUntil;
      printSecret(context, made, [
        until === null
          ? "The secret before is not let in any more."
          : `The secret before is let in until ${until}.`,
      ]);
    });

  keys
    .command("delete")
    .argument("<id>", "id of the key")
    .description("end a key, at once and for good")
    .action(async (id: string) => {
      await context.api().keys.delete(id);
      context.print({ id, deleted: true }, () => `Key ${id} is not let in any more.`);
    });

  return keys;
};
