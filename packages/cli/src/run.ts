import { ConnectionError, createClient, ProblemError, RequestError } from "@masthead/client";
import { Command, CommanderError } from "commander";
import { agentsCommand } from "./agents-command.js";
import { auditCommand } from "./audit-command.js";
import { CheckFailed } from "./check-failed.js";
import type { CommandContext } from "./context.js";
import { deliveriesCommand } from "./deliveries-command.js";
import { destinationsCommand } from "./destinations-command.js";
import { exchangesCommand } from "./exchanges-command.js";
import { fingerprintCommand } from "./fingerprint-command.js";
import { keysCommand } from "./keys-command.js";
import { policiesCommand } from "./policies-command.js";
import { printable } from "./printable.js";
import { reportCommand } from "./report-command.js";
import { reportsCommand } from "./reports-command.js";
import { connectionOf, DEFAULT_KEY_FILE, DEFAULT_URL, type GlobalOptions, UsageError } from "./settings.js";
import { tenantsCommand } from "./tenants-command.js";
import { lookOf, type Terminal } from "./terminal.js";
import { usageCommand } from "./usage-command.js";

/** 0: done. 1: the API refused, or a check failed. 2: called wrongly. 3: no answer. */
export const EXIT = { done: 0, refused: 1, usage: 2, unreachable: 3 } as const;

const refusalText = ({ status, code, title, errors, requestId, message }: ProblemError): string => {
  const known = code === "unknown" ? [] : [code];
  const head = `${title ?? "The server refused"} (${[status, ...known].join(" ")})`;
  const lines = errors.length
    ? errors.map((error) => `  ${error.pointer || "/"}: ${error.message}`)
    : message === title
      ? []
      : [`  ${message}`];
  const request = requestId === undefined ? [] : [`  request ${requestId}`];
  return [head, ...lines, ...request].map(printable).join("\n");
};

const createProgram = (terminal: Terminal): Command => {
  const program = new Command("masthead");
  const options = (): GlobalOptions => program.opts<GlobalOptions>();
  const context: CommandContext = {
    api: () => createClient(connectionOf(options(), terminal.env)),
    print: (value, text) => {
      terminal.out(options().json ? JSON.stringify(value, null, 2) : text());
    },
    write: (text) => (terminal.write ?? terminal.out)(text),
    note: (text) => terminal.error(text),
    input: terminal.input ?? (async () => null),
    env: terminal.env,
    open: async (file) => {
      if (!(await terminal.openFile?.(file)))
        terminal.error(`masthead: no browser is found; open ${printable(file)} yourself`);
    },
    isJson: () => options().json === true,
    look: lookOf(terminal),
    sleep: terminal.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms))),
    stop: terminal.stop,
    nowMs: terminal.nowMs,
  };
  program
    .description("Masthead's control plane from a terminal")
    .option("--url <url>", `where the API is (MASTHEAD_URL, else ${DEFAULT_URL})`)
    .option("--key-file <file>", `file with the key (else MASTHEAD_API_KEY, else ${DEFAULT_KEY_FILE})`)
    .option("--json", "print JSON, for programs")
    .addHelpText(
      "after",
      `
Examples:
  masthead usage --from 7d --group-by tenant.id
  masthead report acme --html -o report.html
  masthead reports link acme 2026-10
  masthead deliveries list --state dead
  masthead exchanges --status 5xx
  masthead policies get default > default.yaml
  masthead policies apply -f default.yaml
  masthead agents list --json | jq '.[].policy'
  masthead tenants attribute acme "$(masthead fingerprint < token.txt)"

Exit codes: 0 done, 1 the API refused or a check failed, 2 called wrongly, 3 no answer.`,
    )
    .addCommand(usageCommand(context))
    .addCommand(reportCommand(context))
    .addCommand(reportsCommand(context))
    .addCommand(destinationsCommand(context))
    .addCommand(deliveriesCommand(context))
    .addCommand(exchangesCommand(context))
    .addCommand(policiesCommand(context))
    .addCommand(agentsCommand(context))
    .addCommand(keysCommand(context))
    .addCommand(auditCommand(context))
    .addCommand(tenantsCommand(context))
    .addCommand(fingerprintCommand(context));
  prepare(program, terminal);
  return program;
};

/** Global options may stand anywhere on the line, and nothing ends the process from within. */
const prepare = (command: Command, terminal: Terminal): void => {
  command.exitOverride().configureOutput({
    writeOut: (text) => terminal.out(text.trimEnd()),
    writeErr: (text) => terminal.error(text.trimEnd()),
  });
  for (const child of command.commands) prepare(child, terminal);
};

/** Runs one command line (without node and script). Returns the exit code; never throws for what users or servers do. */
export const run = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  try {
    await createProgram(terminal).parseAsync([...args], { from: "user" });
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (error instanceof ProblemError) {
      terminal.error(refusalText(error));
      return EXIT.refused;
    }
    if (error instanceof CheckFailed) {
      terminal.error(`masthead: ${printable(error.message)}`);
      return EXIT.refused;
    }
    if (error instanceof UsageError || error instanceof RequestError || error instanceof ConnectionError) {
      terminal.error(`masthead: ${error.message.split("\n").map(printable).join("\n")}`);
      return error instanceof ConnectionError ? EXIT.unreachable : EXIT.usage;
    }
    throw error;
  }
};
