import { readFileSync } from "node:fs";
import { parsePolicy } from "@masthead/shared/policy/parse";
import { Command } from "commander";
import { parseDocument, stringify } from "yaml";
import { z } from "zod";
import type { CommandContext } from "./context.js";
import { listAll, readAnswer } from "./listing.js";
import { UsageError } from "./settings.js";
import { textTable } from "./text-table.js";

/** What the command reads of a policy; the rest passes through to `--json`. */
const policySchema = z.looseObject({
  name: z.string(),
  revision: z.number(),
  changedAt: z.string().optional(),
  document: z.looseObject({
    metadata: z.looseObject({ description: z.string().optional() }),
    spec: z.looseObject({ priority: z.number() }),
  }),
});
const savedSchema = z.looseObject({
  name: z.string(),
  revision: z.number(),
  published: z.boolean().optional(),
});

const FILE_MAX_BYTES = 1024 * 1024;
const pathOf = (name: string): string => `/v1/policies/${encodeURIComponent(name)}`;

/** Reads a policy file, JSON or YAML (`-`: standard input). @throws UsageError with every fault and where it is */
const readPolicy = (file: string): { name: string; text: string } => {
  let source: string;
  try {
    source = readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new UsageError(`the policy cannot be read: ${(error as Error).message}`);
  }
  if (source.length > FILE_MAX_BYTES) throw new UsageError(`${file} has more than ${FILE_MAX_BYTES} bytes`);
  const document = parseDocument(source, { uniqueKeys: true });
  const fault = document.errors[0];
  if (fault) throw new UsageError(`${file} is neither JSON nor YAML: ${fault.message}`);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}`);
  }
  const parsed = parsePolicy(value);
  if (!parsed.ok) {
    const faults = parsed.errors.map(({ pointer, message }) => `  ${pointer || "/"}: ${message}`);
    throw new UsageError(`${file} is not a valid policy:\n${faults.join("\n")}`);
  }
  return { name: parsed.policy.metadata.name, text: JSON.stringify(value) };
};

/** `masthead policies …` */
export const policiesCommand = (context: CommandContext): Command => {
  const policies = new Command("policies").description("capture policies: what leaves which host");

  policies
    .command("list")
    .description("every policy by name")
    .action(async () => {
      const items = await listAll(context.client(), "/v1/policies", policySchema);
      context.print(items, () =>
        textTable(
          ["NAME", "REVISION", "PRIORITY", "CHANGED", "DESCRIPTION"],
          items.map((policy) => [
            policy.name,
            String(policy.revision),
            String(policy.document.spec.priority),
            policy.changedAt ?? "",
            policy.document.metadata.description ?? "",
          ]),
        ),
      );
    });

  policies
    .command("get")
    .argument("<name>", "name of the policy")
    .description("one policy as YAML, which `apply` takes again")
    .action(async (name: string) => {
      const answer = await context.client().send({ method: "GET", path: pathOf(name) });
      const policy = readAnswer(policySchema, answer);
      context.print(policy, () => `# revision ${policy.revision}\n${stringify(policy.document).trimEnd()}`);
    });

  policies
    .command("apply")
    .requiredOption("-f, --file <file>", "the policy, JSON or YAML; - for standard input")
    .option("--if-revision <number>", "only if the policy is at this revision (0: only if there is none)")
    .description("create a policy or change it; agents follow within a second")
    .addHelpText("after", "\nExample:\n  masthead policies apply -f gateway.yaml")
    .action(async (options: { file: string; ifRevision?: string }) => {
      if (options.ifRevision !== undefined && !/^\d{1,15}$/.test(options.ifRevision))
        throw new UsageError("--if-revision takes a whole number");
      const { name, text } = readPolicy(options.file);
      const headers: Record<string, string> =
        options.ifRevision === undefined
          ? {}
          : Number(options.ifRevision) === 0
            ? { "if-none-match": "*" }
            : { "if-match": `"${options.ifRevision}"` };
      const answer = await context
        .client()
        .send({ method: "PUT", path: pathOf(name), headers, body: { type: "application/json", text } });
      const saved = readAnswer(savedSchema, answer);
      const waits =
        saved.published === false ? "; it is saved, and agents get it when NATS answers again" : "";
      context.print(saved, () => `${saved.name} is at revision ${saved.revision}${waits}`);
    });

  policies
    .command("delete")
    .argument("<name>", "name of the policy")
    .option("--if-revision <number>", "only if the policy is at this revision")
    .description("delete a policy")
    .action(async (name: string, options: { ifRevision?: string }) => {
      if (options.ifRevision !== undefined && !/^\d{1,15}$/.test(options.ifRevision))
        throw new UsageError("--if-revision takes a whole number");
      const headers: Record<string, string> =
        options.ifRevision === undefined ? {} : { "if-match": `"${options.ifRevision}"` };
      const answer = await context.client().send({ method: "DELETE", path: pathOf(name), headers });
      context.print(answer ?? { name, deleted: true }, () => `${name} is deleted`);
    });

  return policies;
};
