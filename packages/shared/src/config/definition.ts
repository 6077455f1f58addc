import { z } from "zod";

/** One environment variable as data: read and documented from the same definition. */
export interface Variable<T> {
  /** `MASTHEAD_…` */
  name: string;
  /** what it means, one sentence */
  description: string;
  /** unit of a number, or the kind of a text: `bytes`, `ms`, `path` */
  unit?: string;
  /** as it would be written in the environment; absent: none */
  default?: string;
  /** true: documentation and logs never show its value */
  secret?: boolean;
  /** reads the text of the environment */
  schema: z.ZodType<T, string>;
}
/** The definition as it stands, with its literal types: what has a default is never undefined when read. */
export const variable = <V extends Variable<unknown>>(definition: V): V => definition;

export type Variables = Record<string, Variable<unknown>>;
export type Configuration<V extends Variables> = {
  [K in keyof V]: V[K] extends { default: string }
    ? V[K] extends Variable<infer T>
      ? T
      : never
    : V[K] extends Variable<infer T>
      ? T | undefined
      : never;
};

/** A variable that names one of its faults: which, and what was expected. Holds no value, which may be a secret. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  constructor(readonly problems: readonly string[]) {
    super(`configuration: ${problems.join("; ")}`);
  }
}

export const text = z.string().trim().min(1);
export const postgresUrl = text.regex(
  /^postgres(?:ql)?:\/\/\S+$/,
  "a connection string: `postgres://user:password@host:5432/database`",
);
const natsServer = /^(?:(?:nats|tls):\/\/)?[^\s/]+\/?$/;
/** One server, or several with commas. */
export const natsUrls = text.refine(
  (list) => list.split(",").every((server) => natsServer.test(server.trim())),
  "`nats://host:4222`, or several with commas",
);
/** A whole number of at least `min` and at most `max`, in decimal digits. */
export const wholeNumber = (min: number, max: number = Number.MAX_SAFE_INTEGER) =>
  z
    .string()
    .trim()
    .regex(/^\d{1,16}$/, "a whole number")
    .transform(Number)
    .pipe(z.number().min(min).max(max));
/** A number of at least `min` and at most `max`, such as `0.5`. */
export const decimalNumber = (min: number, max: number) =>
  z
    .string()
    .trim()
    .regex(/^\d{1,9}(?:\.\d{1,6})?$/, "a decimal number")
    .transform(Number)
    .pipe(z.number().min(min).max(max));
/** `on` or `off`; also `true`, `false`, `1`, `0`. */
export const onOff = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(z.enum(["on", "off", "true", "false", "1", "0"]))
  .transform((value) => value === "on" || value === "true" || value === "1");

/**
 * Reads every variable once. An empty value counts as absent.
 * @throws ConfigurationError naming each variable that is wrong and what was expected, never its value
 */
export function readConfiguration<V extends Variables>(
  variables: V,
  environment: Record<string, string | undefined>,
): Configuration<V> {
  const problems: string[] = [];
  const read: Record<string, unknown> = {};
  for (const [key, variable] of Object.entries(variables)) {
    const given = environment[variable.name];
    const source = given === undefined || given === "" ? variable.default : given;
    if (source === undefined) continue;
    const result = variable.schema.safeParse(source);
    if (result.success) read[key] = result.data;
    else problems.push(`${variable.name}: ${result.error.issues.map((issue) => issue.message).join(", ")}`);
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return read as Configuration<V>;
}

const cell = (value: string): string => value.replaceAll("|", "\\|");

/** A Markdown table of the variables, for docs/configuration.md. */
export function describeConfiguration(variables: Variables): string {
  const rows = Object.values(variables).map(
    ({ name, unit, default: fallback, description }) =>
      `| \`${name}\` | ${fallback === undefined ? "" : `\`${cell(fallback)}\``} | ${unit ?? ""} | ${cell(description)} |`,
  );
  return ["| variable | default | unit | meaning |", "|---|---|---|---|", ...rows, ""].join("\n");
}
