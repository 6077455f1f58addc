import { bundle } from "@masthead/infra/serverless/bundle";
import type { Cleanup } from "../../support/cleanup.js";
import { type Ask, askOver } from "./asking.js";
import type { Backends } from "./backends.js";
import { startWorkerd, type Workerd } from "./workerd.js";

/** A worker in real workerd over real backends. */
export interface RunningWorker extends Workerd {
  ask: Ask;
}

/**
 * @param entry absent: the product's own
 * @param trusted PEM of the one authority whose certificates it takes; absent: none
 */
export const runWorker = async (
  cleanup: Cleanup,
  { plane, bindings }: Pick<Backends, "plane" | "bindings">,
  { entry, trusted }: { entry?: string; trusted?: string } = {},
): Promise<RunningWorker> => {
  const folder = cleanup.folder();
  await bundle("worker", `${folder}/worker.js`, entry);
  const worker = await startWorkerd(cleanup, folder, bindings, trusted);
  return { ...worker, ask: askOver(worker.url, plane.adminKey) };
};
