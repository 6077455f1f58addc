import { readFileSync } from "node:fs";
import type { PolicyDocument, PolicyResource } from "@masthead/client";
import { parsePolicy } from "@masthead/shared/policy/parse";
import { Command } from "commander";
import { parseDocument, stringify } from "yaml";
import { allOf } from "./all-of.js";
import type { CommandContext } from "./context.js";
import { printable } from "./printable.js";
import { UsageError } from "./settings.js";
import { type Column, table } from "./table.js";
import { wholeNumberOf } from "./whole-number-option.js";

const FILE_MAX_BYTES = 1024 * 1024;

/** Reads a policy file, JSON or YAML (`-`: standard input). @throws UsageError with every fault and where it is */
const readPolicy = (file: string): { name: string; document: PolicyDocument } => {
  let source: string;
  try {
    source = readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new UsageError(`the policy cannot be read: ${(error as Error).message}`);
  }
  if (source.length > FILE_MAX_BYTES) throw new UsageError(`${file} has more than ${FILE_MAX_BYTES} bytes`);
  const document = parseDocument(source, { uniqueKeys: true });
  const fault = document.errors[0];
  if (fault?.code === "MULTIPLE_DOCS")
    throw new UsageError(`${file} holds more than one document: a policy is a file of its own`);
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
  return { name: parsed.policy.metadata.name, document: value as PolicyDocument };
};

const revisionOf = wholeNumberOf("--if-revision");

const COLUMNS: readonly Column<PolicyResource>[] = [
  { title: "NAME", cell: ({ name }) => name },
  { title: "REVISION", align: "right", cell: ({ revision }) => String(revision) },
  { title: "PRIORITY", align: "right", cell: ({ document }) => String(document.spec.priority) },
  { title: "CHANGED", spare: 1, cell: ({ updatedAt }) => `${updatedAt.slice(0, 19)}Z` },
  { title: "DESCRIPTION", cell: ({ document }) => document.metadata.description ?? "" },
];

/** `masthead policies …` */
export const policiesCommand = (context: CommandContext): Command => {
  const policies = new Command("policies").description("capture policies: what leaves which host");

  policies
    .command("list")
    .description("every policy by name")
    .addHelpText("after", "\nExample:\n  masthead policies list")
    .action(async () => {
      const items = await allOf(context.api().policies.all());
      context.print(items, () => table(COLUMNS, items, context.look));
    });

  policies
    .command("get")
    .argument("<name>", "name of the policy")
    .description("one policy as YAML, which `apply` takes again")
    .addHelpText("after", "\nExample:\n  masthead policies get default > default.yaml")
    .action(async (name: string) => {
      const policy = await context.api().policies.get(name);
      context.print(policy, () => `# revision ${policy.revision}\n${stringify(policy.document).trimEnd()}`);
    });

  policies
    .command("apply")
    .requiredOption("-f, --file <file>", "the policy, JSON or YAML; - for standard input")
    .option(
      "--if-revision <number>",
      "only if the policy is at this revision (0: only if there is none)",
      revisionOf,
    )
    .description("create a policy or change it; agents follow within a second")
    .addHelpText("after", "\nExample:\n  masthead policies apply -f gateway.yaml")
    .action(async ({ file, ...guard }: { file: string; ifRevision?: number }) => {
      const { name, document } = readPolicy(file);
      const saved = await context.api().policies.put(name, document, guard);
      const waits = saved.published ? "" : "; it is saved, and agents get it when NATS answers again";
      context.print(saved, () => `${printable(saved.name)} is at revision ${saved.revision}${waits}`);
    });

  policies
    .command("delete")
    .argument("<name>", "name of the policy")
    .option("--if-revision <number>", "only if the policy is at this revision", revisionOf)
    .description("delete a policy")
    .addHelpText("after", "\nExample:\n  masthead policies delete gateway --if-revision 12")
    .action(async (name: string, guard: { ifRevision?: number }) => {
      await context.api().policies.delete(name, guard);
      context.print({ name, deleted: true }, () => `${printable(name)} is deleted`);
    });

  return policies;
};
