import { readFile } from "node:fs/promises";
import { DEFAULT_POLICY_DOCUMENT } from "@masthead/shared/policy/default-policy";
import type { Floor } from "@masthead/shared/policy/floor";
import { parsePolicy } from "@masthead/shared/policy/parse";
import type { PolicySet } from "@masthead/shared/wire/policy-set";
import { parse as parseYaml } from "yaml";

/**
 * The set of the one policy in a file, JSON or YAML; without a file, of the built-in `default`.
 * @throws Error that names the file, with one line a fault, each with its JSON Pointer or its place in the text
 */
export async function readPolicyFile(path: string | undefined, floor: Floor): Promise<PolicySet> {
  const document = path === undefined ? DEFAULT_POLICY_DOCUMENT : await readDocument(path);
  const parsed = parsePolicy(document, { floor });
  if (!parsed.ok) {
    const faults = parsed.errors.map(({ pointer, message }) => `  ${pointer || "/"}: ${message}`);
    throw new Error(`${path} is not a capture policy:\n${faults.join("\n")}`);
  }
  return { v: 1, revision: 1, policies: [{ name: parsed.policy.metadata.name, revision: 1, document }] };
}

async function readDocument(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8");
  try {
    return parseYaml(text);
  } catch (error) {
    const words = error instanceof Error ? error.message.trimEnd() : String(error);
    throw new Error(`${path} is neither JSON nor YAML: ${words}`);
  }
}
