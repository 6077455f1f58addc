import type { Cleanup } from "../cleanup.js";
import { type Program, startProgram } from "../program.js";
import { PYTHON } from "../python.js";
import { headText, type Plan, type PlannedRequest } from "./plan.js";
import type { Link } from "./server-files.js";
import { programFile } from "./servers.js";

/** test/programs/raw-client.py, which waits for its plan. Stopped by `cleanup`. */
export const startRawClient = (cleanup: Cleanup, port: number, link: Link): Program => {
  const client = startProgram(PYTHON, [programFile("raw-client.py"), String(port), link]);
  cleanup.add(() => client.stop());
  return client;
};

/** A plan as it takes it. @param waitAfterFirst it says `open` after the first request of each kept connection, and waits */
export function rawPlan({ kept, fresh }: Plan, port: number, waitAfterFirst = false): string {
  const raw = (request: PlannedRequest) => ({
    path: request.path,
    head: headText(request, port),
    body: request.body,
    apart: request.apart,
  });
  return JSON.stringify({ kept: kept.map((each) => each.map(raw)), fresh: fresh.map(raw), waitAfterFirst });
}
