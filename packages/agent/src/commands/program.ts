import { Command, InvalidArgumentError } from "commander";
import { agentVersion } from "../version.js";

const pidArgument = (text: string): number => {
  const pid = Number(text);
  if (!Number.isInteger(pid) || pid < 1) throw new InvalidArgumentError("a process id");
  return pid;
};

/** The command line of the agent. Commands load what they need when they run. */
export function agentProgram(): Command {
  const program = new Command("masthead-agent")
    .description("Captures API calls of programs on this host, with eBPF, redacted in the kernel.")
    .version(agentVersion())
    .showHelpAfterError();
  program
    .command("run")
    .description("the agent for real: captures, and ships to the control plane over NATS")
    .option("--recorded <file>", "replay a recording of exchanges instead of capturing")
    .addHelpText(
      "after",
      "\nExample:\n  MASTHEAD_NATS_URL=nats://10.0.0.5:4222 MASTHEAD_NATS_CREDENTIALS=/etc/masthead/agent.creds masthead-agent run\n\nSettings: docs/configuration.md",
    )
    .action(async (options) => (await import("./run.js")).run(options));
  program
    .command("trace")
    .description("captures on this host and prints exchanges as they end; needs no server")
    .option("--policy <file>", "a CapturePolicy, YAML or JSON (default: the built-in one)")
    .option("--pid <pid>", "only this process", pidArgument)
    .option("--json", "one JSON object a line, as items of GET /v1/exchanges")
    .addHelpText(
      "after",
      "\nExamples:\n  sudo masthead-agent trace\n  sudo masthead-agent trace --policy gateway.yaml --json | jq .attributes",
    )
    .action(async (options) => (await import("./trace.js")).trace(options));
  program
    .command("doctor")
    .description("says what this host can and cannot capture, and why")
    .option("--json", "one JSON object")
    .addHelpText("after", "\nExample:\n  sudo masthead-agent doctor --json | jq .coverage")
    .action(async (options) => (await import("./doctor.js")).doctor(options));
  program
    .command("known-build")
    .description("prints where a program has its TLS functions, for MASTHEAD_KNOWN_BUILDS_FILE")
    .argument("<program>", "OpenSSL or BoringSSL is inside; with its symbols, or with --symbols")
    .option(
      "--symbols <file>",
      "the symbols that were split off the program (Debian's -dbgsym, `objcopy --only-keep-debug`)",
    )
    .option("--title <text>", "which program and version this is, for people")
    .addHelpText(
      "after",
      "\nThe same build without symbols is captured where MASTHEAD_KNOWN_BUILDS_FILE names the file.\n\nExamples:\n  masthead-agent known-build envoy.unstripped --title 'Envoy 1.36' > known-builds.json\n  masthead-agent known-build /usr/local/bin/envoy --symbols envoy.debug > known-builds.json",
    )
    .action(async (path, options) => (await import("./known-build.js")).printKnownBuild(path, options));
  return program;
}
