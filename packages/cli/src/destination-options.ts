import { type DestinationInput, type DestinationResource, REPORT_FORMS } from "@masthead/client";
import { type Command, InvalidArgumentError, Option } from "commander";
import { SECRETS_HELP } from "./secrets-file.js";
import { UsageError } from "./settings.js";

type Kind = DestinationResource["kind"];
type Periods = DestinationResource["periods"];
type Statuses = DestinationResource["statuses"];

export interface DestinationOptions {
  name?: string;
  webhook?: string;
  bucket?: string;
  folder?: string;
  endpoint?: string;
  region?: string;
  prefix?: string;
  accessKeyId?: string;
  /** file that holds them */
  secrets?: string;
  /** empty: all tenants */
  tenant?: string;
  form?: DestinationResource["forms"];
  period?: Periods;
  status?: Statuses;
  enable?: true;
  disable?: true;
}

/** Takes one of the words each time, or several with commas between them. */
const gather =
  <Word extends string>(words: readonly Word[]) =>
  (text: string, before: readonly Word[] = []): Word[] => {
    const said = text.split(",").map((one) => {
      const word = words.find((each) => each === one);
      if (word === undefined) throw new InvalidArgumentError(`Of ${words.join(", ")}.`);
      return word;
    });
    return [...new Set([...before, ...said])];
  };

/** What a destination is, as `create` and `set` take it. */
export const withDestinationOptions = (command: Command): Command =>
  command
    .option("--name <name>", "what it is, for people")
    .addOption(
      new Option("--webhook <url>", "send events there: https, by Standard Webhooks").conflicts([
        "bucket",
        "folder",
      ]),
    )
    .addOption(
      new Option("--bucket <name>", "put objects into this S3-compatible bucket").conflicts("folder"),
    )
    .option("--endpoint <url>", "the bucket's service, such as https://s3.eu-central-1.amazonaws.com")
    .option("--region <name>", "the bucket's region (of a new one us-east-1)")
    .option("--prefix <path>", "before each key in the bucket, such as masthead/")
    .option("--access-key-id <id>", "whose requests to the bucket they are")
    .option(
      "--folder <path>",
      "write files below the server's MASTHEAD_DELIVERY_FOLDER; empty: into it itself",
    )
    .option("--secrets <file>", SECRETS_HELP)
    .option("--tenant <id>", "only reports of this tenant; empty: of all (of a new one all)")
    .option(
      "--form <form>",
      `what a report is sent as: ${REPORT_FORMS.join(", ")}; may be given again (of a new one json)`,
      gather(REPORT_FORMS),
    )
    .option(
      "--period <period>",
      "which reports: day, month; may be given again (of a new one both)",
      gather(["day", "month"] satisfies Periods),
    )
    .option(
      "--status <status>",
      "when: sealed, restated; may be given again (of a new one both)",
      gather(["sealed", "restated"] satisfies Statuses),
    );

const kindOf = (options: DestinationOptions, present: DestinationResource | undefined): Kind => {
  const asked = (["webhook", "bucket", "folder"] as const).find((kind) => options[kind] !== undefined);
  if (present !== undefined && asked !== undefined && asked !== present.kind)
    throw new UsageError(
      `${present.id} is a ${present.kind} and stays one: make another destination for the ${asked}`,
    );
  const kind = asked ?? present?.kind;
  if (kind === undefined)
    throw new UsageError("where to? One of --webhook <url>, --bucket <name> and --folder <path>");
  return kind;
};

const OF_BUCKETS = {
  endpoint: "--endpoint",
  region: "--region",
  prefix: "--prefix",
  accessKeyId: "--access-key-id",
} as const;

/** @throws UsageError where an option says nothing of such a destination */
const checkFit = (kind: Kind, options: DestinationOptions): void => {
  for (const [name, option] of Object.entries(OF_BUCKETS))
    if (kind !== "bucket" && options[name as keyof typeof OF_BUCKETS] !== undefined)
      throw new UsageError(`${option} is of buckets, and this is a ${kind}`);
  if (kind === "folder" && options.secrets !== undefined)
    throw new UsageError("a folder keeps no secrets: leave out --secrets");
};

/** @param secrets of the file that `options` name */
const placeOf = (
  kind: Kind,
  options: DestinationOptions,
  secrets: readonly string[] | undefined,
  present: DestinationResource | undefined,
) => {
  const needed = (value: string | undefined, option: string): string => {
    if (value === undefined) throw new UsageError(`a ${kind} needs ${option}`);
    return value;
  };
  if (present === undefined && kind !== "folder") needed(options.secrets, "--secrets <file>");
  if (kind === "webhook") {
    const held = present?.kind === kind ? present : undefined;
    const said = secrets && [...secrets];
    if (said && said.length > 2)
      throw new UsageError("a webhook has one key that signs, or two while they are rotated");
    return { kind, url: needed(options.webhook ?? held?.url, "--webhook <url>"), secrets: said };
  }
  if (kind === "folder") {
    const held = present?.kind === kind ? present : undefined;
    return { kind, path: options.folder ?? held?.path };
  }
  const held = present?.kind === kind ? present : undefined;
  if (secrets && secrets.length > 1) throw new UsageError("a bucket has one secret, that of its access key");
  return {
    kind,
    endpoint: needed(options.endpoint ?? held?.endpoint, "--endpoint <url>"),
    region: options.region ?? held?.region,
    bucket: needed(options.bucket ?? held?.bucket, "--bucket <name>"),
    prefix: options.prefix ?? held?.prefix,
    accessKeyId: needed(options.accessKeyId ?? held?.accessKeyId, "--access-key-id <id>"),
    secretAccessKey: secrets?.[0],
  };
};

/**
 * The document that is put: what is named, and else what is there.
 * @param present undefined: it is made
 * @throws UsageError where that is none
 */
export const documentOf = (
  options: DestinationOptions,
  secrets: readonly string[] | undefined,
  present?: DestinationResource,
): DestinationInput => {
  const name = options.name ?? present?.name;
  if (name === undefined) throw new UsageError("a destination needs --name <name>");
  const kind = kindOf(options, present);
  checkFit(kind, options);
  const enabled = options.disable ? false : (options.enable ?? present?.enabled);
  return {
    name,
    tenantId: options.tenant === undefined ? present?.tenantId : options.tenant || null,
    forms: options.form ?? present?.forms,
    periods: options.period ?? present?.periods,
    statuses: options.status ?? present?.statuses,
    enabled,
    ...placeOf(kind, options, secrets, present),
  };
};
