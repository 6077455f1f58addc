import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { refusedCoverage } from "../attach/coverage/refused-coverage.js";
import { readKnownBuilds } from "../attach/sites/known-builds-file.js";
import { NativeError } from "../capture/native-error.js";
import type { AgentConfiguration } from "../config.js";
import { fingerprintKeyIn, readFloor } from "../local-files.js";
import type { Logger } from "../log.js";
import { RecordedSource } from "../recorded/recorded-source.js";
import { BUILT_IN_RECORDING, type Recording, recordingSchema } from "../recorded/recording.js";
import { BpfSource } from "./bpf-source.js";
import type { CaptureSource, SourceEvents } from "./capture-source.js";

/** What the host cannot do now, for want of memory or files, is tried again after these. */
const TRY_AGAIN_AFTER_MS = [200, 1_000, 5_000];

/** @throws Error naming the file and what is wrong with it */
async function readRecording(path: string): Promise<Recording> {
  try {
    return recordingSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    const words = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new Error(`the recording ${path} cannot be used: ${words}`);
  }
}

/**
 * The kernel; a recording where one is asked for, and the built-in one, loudly, where the host refuses BPF.
 * @throws Error when a file that is named cannot be used; NativeError when the host could not now, and may a moment later
 */
export async function chooseSource(
  config: AgentConfiguration,
  recordedFile: string | undefined,
  events: SourceEvents,
  nowUs: () => number,
  log: Logger,
): Promise<CaptureSource> {
  const recorded = (recording: Recording, reason: string): CaptureSource => {
    log.error({ reason }, "NOTHING ON THIS HOST IS CAPTURED: exchanges are replayed from a recording");
    return new RecordedSource(recording, reason, events, nowUs, refusedCoverage(reason, config.home));
  };
  if (recordedFile !== undefined)
    return recorded(await readRecording(recordedFile), "a recording was asked for");
  const floor = await readFloor(config.floorFile);
  const { key, made } = await fingerprintKeyIn(config.fingerprintKey, config.makesFingerprintKey);
  if (made)
    log.warn({ path: config.fingerprintKey, keyId: key.id }, "made a fingerprint key of this agent's own");
  const knownBuilds = readKnownBuilds(config.knownBuildsFile);
  const options = { ...config, floor, knownBuilds, fingerprintKey: key, homeDirectory: config.home };
  const capture = async ([waitMs, ...later]: readonly number[]): Promise<CaptureSource> => {
    try {
      return new BpfSource(options, events);
    } catch (error) {
      if (!(error instanceof NativeError && error.passing))
        return recorded(BUILT_IN_RECORDING, (error as Error).message);
      // A recording would hide that this host can be captured.
      if (waitMs === undefined) throw error;
      log.warn({ reason: error.message, againInMs: waitMs }, "the kernel could not load the programs now");
      await wait(waitMs);
      return capture(later);
    }
  };
  return capture(TRY_AGAIN_AFTER_MS);
}
