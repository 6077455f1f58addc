import { agentVariables } from "@masthead/agent/config";
import { apiVariables } from "@masthead/api/config";
import { cliVariables } from "@masthead/cli/configuration";
import { describeConfiguration } from "@masthead/shared/config/definition";
import { serverlessVariables } from "./serverless/settings.js";
import { supervisorVariables } from "./supervisor/configuration.js";

const SECTIONS = [
  {
    title: "`npm start`",
    text: "Starts the parts below and sets what connects them; what else is set in its environment reaches them.",
    variables: supervisorVariables,
  },
  {
    title: "`masthead-agent`",
    text: "The agent of one host.",
    variables: agentVariables,
  },
  {
    title: "The API",
    text: "The resident control plane: API and drain in one process.",
    variables: apiVariables,
  },
  {
    title: "`masthead`",
    text: "The operator's command line.",
    variables: cliVariables,
  },
  {
    title: "Workers and Lambda",
    text: "Bindings of the Worker, environment of the function.",
    variables: serverlessVariables,
  },
];

/** docs/configuration.md: every variable, from the definitions that read them. */
export const configurationPage = (): string =>
  [
    "# Configuration",
    "",
    "Environment variables of each part. Printed by `node infra/docs-configuration.mjs` from the definitions that read them; a test",
    "compares. An empty value counts as an absent one; a wrong one ends the start with the variable's name, never its value.",
    "",
    ...SECTIONS.flatMap(({ title, text, variables }) => [
      `## ${title}`,
      "",
      text,
      "",
      describeConfiguration(variables),
    ]),
  ].join("\n");
