import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type AgentId, agentIdSchema, epochSchema } from "@masthead/shared/ids";
import { z } from "zod";
import { writeDurably } from "../durable-file.js";

const FILE = "epoch.json";
const stateSchema = z.object({ agentId: agentIdSchema, epoch: epochSchema });

async function readState(path: string): Promise<z.infer<typeof stateSchema> | undefined> {
  let content: string;
  try {
    content = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return stateSchema.parse(JSON.parse(content));
  } catch {
    return undefined;
  }
}

/**
 * Begins an epoch: larger than every one before, on disk before the first send (promise counted-once: a key is never
 * used twice). @param spooled newest epoch found in the spool, in case the file was lost
 * @throws when the state belongs to another agent: its spooled batches could not be published under this name
 */
export async function beginEpoch(
  stateDir: string,
  agentId: AgentId,
  nowMs: number,
  spooled = 0,
): Promise<number> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const path = join(stateDir, FILE);
  const last = await readState(path);
  if (last && last.agentId !== agentId)
    throw new Error(
      `${stateDir} is the state of agent ${last.agentId}, not of ${agentId}: give each agent its own state directory`,
    );
  const epoch = Math.max(Math.floor(nowMs), (last?.epoch ?? 0) + 1, spooled + 1);
  await writeDurably(path, `${JSON.stringify({ agentId, epoch })}\n`);
  return epoch;
}
