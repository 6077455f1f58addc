import { Command, Option } from "commander";
import { allOf } from "./all-of.js";
import type { CommandContext } from "./context.js";
import { type DestinationOptions, documentOf, withDestinationOptions } from "./destination-options.js";
import { DESTINATION_COLUMNS, destinationText } from "./destination-text.js";
import { printable } from "./printable.js";
import { readSecrets } from "./secrets-file.js";
import { UsageError } from "./settings.js";
import { table } from "./table.js";
import { positiveNumberOf } from "./whole-number-option.js";

const EXAMPLES = `
Examples:
  masthead destinations create --webhook https://billing.example.com/masthead --name billing --period month --secrets billing.key
  masthead destinations list
  masthead destinations set dst_0123456789abcdef --disable
  masthead deliveries list --state dead`;

const SECRETS = `
Secrets are read from a file or from standard input and are never shown again. They are no argument, which other users of
this host could see, and which your shell would remember. What signs a webhook is made by whoever runs it:
  (umask 077; printf 'whsec_%s\\n' "$(openssl rand -base64 32)" > billing.key)`;

const CREATE_HELP = `${SECRETS}

Examples:
  masthead destinations create --webhook https://billing.example.com/masthead --name billing --period month --secrets billing.key
  pass show s3/reports | masthead destinations create --bucket reports --endpoint https://s3.eu-central-1.amazonaws.com \\
    --region eu-central-1 --prefix masthead/ --access-key-id AKIAEXAMPLE --secrets - --name archive --form json,csv
  masthead destinations create --folder acme --name "acme's pages" --tenant acme --form html`;

const SET_HELP = `${SECRETS}

To rotate a webhook's key, put two lines into the file, the new key and the old one; change the receiver; then put the new one alone.

Examples:
  masthead destinations set dst_0123456789abcdef --form json --form html
  cat new.key old.key | masthead destinations set dst_0123456789abcdef --secrets -
  masthead destinations set dst_0123456789abcdef --disable`;

const secretsOf = ({ secrets }: DestinationOptions, context: CommandContext) =>
  secrets === undefined ? undefined : readSecrets(secrets, context);

interface SetOptions extends DestinationOptions {
  ifRevision?: number;
}

const set = async (
  context: CommandContext,
  id: string,
  { ifRevision, ...options }: SetOptions,
): Promise<void> => {
  if (Object.keys(options).length === 0)
    throw new UsageError("what is to be changed? `masthead destinations set --help` lists what can be");
  const secrets = await secretsOf(options, context);
  const { destinations } = context.api();
  const present = await destinations.get(id);
  // What was read is what is changed: somebody else's change in between is not undone.
  const guard = { ifRevision: ifRevision ?? present.revision };
  const saved = await destinations.put(id, documentOf(options, secrets, present), guard);
  context.print(saved, () => `${printable(saved.id)} is at revision ${saved.revision}`);
};

/** `masthead destinations …` */
export const destinationsCommand = (context: CommandContext): Command => {
  const destinations = new Command("destinations")
    .description("destinations: where sealed reports are sent")
    .addHelpText("after", EXAMPLES);

  destinations
    .command("list")
    .description("every destination")
    .action(async () => {
      const items = await allOf(context.api().destinations.all());
      context.print(items, () =>
        items.length === 0
          ? "There is no destination: no report is sent."
          : table(DESTINATION_COLUMNS, items, context.look),
      );
    });

  destinations
    .command("show")
    .argument("<id>", "id of the destination")
    .description("one destination, without what it keeps secret")
    .action(async (id: string) => {
      const destination = await context.api().destinations.get(id);
      context.print(destination, () => destinationText(destination));
    });

  withDestinationOptions(
    destinations
      .command("create")
      .description("make a destination: reports that are sealed from now on are sent there"),
  )
    .option("--disable", "send nothing there yet")
    .addHelpText("after", CREATE_HELP)
    .action(async (options: DestinationOptions) => {
      const document = documentOf(options, await secretsOf(options, context));
      const made = await context.api().destinations.create(document);
      const what = made.enabled ? "reports that are sealed from now on are sent there" : "it is disabled";
      context.print(made, () => `${printable(made.id)} is made; ${what}`);
    });

  withDestinationOptions(
    destinations
      .command("set")
      .argument("<id>", "id of the destination")
      .description("change a destination; what is not named stays as it is, secrets too"),
  )
    .addOption(new Option("--enable", "send there what is sealed from now on").conflicts("disable"))
    .option("--disable", "send nothing new there")
    .option("--if-revision <number>", "only at this revision", positiveNumberOf("--if-revision"))
    .addHelpText("after", SET_HELP)
    .action((id: string, options: SetOptions) => set(context, id, options));

  destinations
    .command("delete")
    .argument("<id>", "id of the destination")
    .description("delete a destination; what is on its way there is cancelled")
    .action(async (id: string) => {
      await context.api().destinations.delete(id);
      context.print(
        { id, deleted: true },
        () => `${printable(id)} is deleted; what was on its way there is cancelled`,
      );
    });

  return destinations;
};
