import { agentProgram } from "./commands/program.js";

try {
  await agentProgram().parseAsync();
  process.exit();
} catch (error) {
  process.stderr.write(`masthead-agent: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
