import { readKnownBuilds } from "../attach/sites/known-builds-file.js";
import { readAgentConfiguration } from "../config.js";
import { examineHost } from "../doctor/doctor-report.js";
import { doctorText } from "../doctor/doctor-text.js";
import { BUILT_OBJECT } from "../source/bpf-source.js";

/** Prints what this host can and cannot capture. The exit code is 1 where it can capture nothing. */
export async function doctor({ json = false }: { json?: boolean }): Promise<void> {
  const { objectPath = BUILT_OBJECT, home, clearText, knownBuildsFile } = readAgentConfiguration(process.env);
  const knownBuilds = readKnownBuilds(knownBuildsFile);
  const report = examineHost({ objectPath, homeDirectory: home, clearText, knownBuilds });
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : `${doctorText(report).trimEnd()}\n`);
  process.exitCode = report.canCapture ? 0 : 1;
}
