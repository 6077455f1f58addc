import { type FoundExecutable, findExecutables } from "@masthead/agent/capture/executable-search";
import type { Cleanup } from "../../support/cleanup.js";
import { placeOnCpus } from "./cpu-placement.js";
import { type LoadGenerator, startLoadGenerator } from "./load-generator.js";
import type { StartServer, TracedServer } from "./traced-server.js";

/** A server on a CPU of its own, and load that waits to be let loose on it. */
export interface ServerUnderLoad {
  readonly server: TracedServer;
  readonly load: LoadGenerator;
  /** for people: what is measured, and what runs where */
  readonly words: string;
}

/** @param beside what runs on the other CPUs, for people */
export const startUnderLoad = async (
  cleanup: Cleanup,
  start: StartServer,
  beside: string,
): Promise<ServerUnderLoad> => {
  const placement = placeOnCpus(cleanup, "the server", beside);
  const server = await start(cleanup, placement);
  const load = startLoadGenerator(cleanup, server.origin);
  return { server, load, words: `${server.words}; ${placement.words}` };
};

/** What a policy's tables name it by. @throws Error where it is gone */
export const executableOf = ({ executable }: TracedServer): FoundExecutable => {
  const [found] = findExecutables(executable);
  if (found === undefined) throw new Error(`${executable} is gone`);
  return found;
};
