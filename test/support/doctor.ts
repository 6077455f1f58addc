import { type CoverageEntry, coverageEntrySchema } from "@masthead/shared/wire/heartbeat";
import type { Cleanup } from "./cleanup.js";
import { startProgram } from "./program.js";
import { AGENT } from "./trace.js";

/** What `masthead-agent doctor` says of each process of this host. @throws Error when it cannot capture here */
export async function doctorCoverage(cleanup: Cleanup): Promise<CoverageEntry[]> {
  const doctor = startProgram(process.execPath, [AGENT, "doctor", "--json"], {
    env: { ...process.env, MASTHEAD_HOME: cleanup.folder() },
  });
  cleanup.add(() => doctor.stop("SIGKILL"));
  await doctor.finish();
  const { coverage } = JSON.parse(doctor.lines.join("\n")) as { coverage: unknown[] };
  return coverage.map((entry) => coverageEntrySchema.parse(entry));
}
