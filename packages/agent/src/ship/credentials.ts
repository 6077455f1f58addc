import { readFile } from "node:fs/promises";
import { type AgentId, agentIdSchema } from "@masthead/shared/ids";

const JWT = /-----BEGIN NATS USER JWT-----\s+([\w-]+)\.([\w-]+)\.[\w-]+\s+-+END NATS USER JWT-+/;

/**
 * The agent that a creds file was made for: its user is called `agent-<id>`. Reads the name only; the server checks the
 * rest. @throws Error that never quotes the file
 */
function agentIdOfCredentials(credentials: string): AgentId {
  const payload = JWT.exec(credentials)?.[2];
  if (payload === undefined) throw new Error("the credentials file holds no NATS user JWT");
  let name: unknown;
  try {
    name = (JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as { name?: unknown }).name;
  } catch {
    throw new Error("the credentials file holds a NATS user JWT that cannot be read");
  }
  const id = agentIdSchema.safeParse(typeof name === "string" ? name.replace(/^agent-/, "") : undefined);
  if (!id.success) throw new Error("the credentials are not an agent's; set MASTHEAD_AGENT_ID");
  return id.data;
}

/** The same of a file. @throws Error that names the file and the variable that names it */
export async function agentIdIn(path: string): Promise<AgentId> {
  try {
    return agentIdOfCredentials(await readFile(path, "utf8"));
  } catch (error) {
    throw new Error(`MASTHEAD_NATS_CREDENTIALS, ${path}: ${(error as Error).message}`);
  }
}
