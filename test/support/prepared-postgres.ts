import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { migrate } from "@masthead/api/platform/db/migrate";
import { startPostgres } from "@masthead/infra/embedded-postgres";
import { inject } from "vitest";
import type { TestProject } from "vitest/node";
import { Cleanup } from "./cleanup.js";

declare module "vitest" {
  interface ProvidedContext {
    /** folder of a stopped server with the product's schema; absent where a project makes none */
    preparedPostgres?: string;
  }
}

/** Before a project's tests: makes one server's data, of which every file gets a copy. To make it anew takes each a second or two. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cleanup = new Cleanup();
  const dir = join(cleanup.folder(), "postgres");
  const server = await startPostgres({ dir, settings: { fsync: "off" } });
  cleanup.add(() => server.remove());
  await migrate(server.url);
  await server.stop();
  project.provide("preparedPostgres", dir);
  return () => cleanup.run();
}

/** Puts a copy of that data where `startPostgres` looks for it; nothing where there is none. @param dir is made */
export function placePreparedPostgres(dir: string): void {
  const prepared = inject("preparedPostgres");
  // Elsewhere, where the server's account may not enter the folder for temporary files.
  if (prepared === undefined || existsSync(join(prepared, "data.location"))) return;
  mkdirSync(dir, { recursive: true });
  execFileSync("cp", ["-a", ...["data", "superuser.password"].map((name) => join(prepared, name)), dir]);
}
