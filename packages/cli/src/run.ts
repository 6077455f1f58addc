import { Command, CommanderError } from "commander";
import { agentsCommand } from "./agents-command.js";
import { ConnectionError, createApiClient, ProblemError } from "./api-client.js";
import type { CommandContext } from "./context.js";
import { policiesCommand } from "./policies-command.js";
import { connectionOf, DEFAULT_KEY_FILE, DEFAULT_URL, type GlobalOptions, UsageError } from "./settings.js";
import { printable } from "./text-table.js";

export interface Terminal {
  env: NodeJS.ProcessEnv;
  out(text: string): void;
  error(text: string): void;
  nowMs(): number;
}

/** 0: done. 1: the API refused. 2: called wrongly. 3: no answer. */
export const EXIT = { done: 0, refused: 1, usage: 2, unreachable: 3 } as const;

const refusalText = ({ status, problem, message }: ProblemError): string => {
  const head = `${problem.title ?? "The server refused"} (${[status, problem.code].filter(Boolean).join(" ")})`;
  const lines = problem.errors?.length
    ? problem.errors.map((error) => `  ${error.pointer || "/"}: ${error.message}`)
    : message === problem.title
      ? []
      : [`  ${message}`];
  const request = problem.requestId === undefined ? [] : [`  request ${problem.requestId}`];
  return [head, ...lines, ...request].map(printable).join("\n");
};

const createProgram = (terminal: Terminal): Command => {
  const program = new Command("masthead");
  const options = (): GlobalOptions => program.opts<GlobalOptions>();
  const context: CommandContext = {
    client: () => {
      const { url, key } = connectionOf(options(), terminal.env);
      return createApiClient(url, key);
    },
    print: (value, text) => {
      terminal.out(options().json ? JSON.stringify(value, null, 2) : text());
    },
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
  masthead policies list
  masthead policies get default > default.yaml
  masthead policies apply -f default.yaml
  masthead agents list --json | jq '.[].policy'

Exit codes: 0 done, 1 the API refused, 2 called wrongly, 3 no answer.`,
    )
    .addCommand(policiesCommand(context))
    .addCommand(agentsCommand(context));
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
    if (error instanceof UsageError || error instanceof ConnectionError) {
      terminal.error(`masthead: ${error.message.split("\n").map(printable).join("\n")}`);
      return error instanceof UsageError ? EXIT.usage : EXIT.unreachable;
    }
    throw error;
  }
};
