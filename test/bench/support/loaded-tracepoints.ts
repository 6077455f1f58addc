import type { FoundExecutable } from "@masthead/agent/capture/executable-search";
import { LibbpfSession } from "@masthead/agent/capture/native-libbpf-session";
import { loadPrograms } from "@masthead/agent/capture/object-builds";
import { writeConstantTables } from "@masthead/agent/capture/policy-constants";
import { PolicyTables } from "@masthead/agent/capture/policy-tables";
import { parseFingerprintKey } from "@masthead/shared/policy/fingerprint";
import type { Cleanup } from "../../support/cleanup.js";
import { setOf } from "./bench-fleet.js";
import { benchPolicy } from "./traced-agent.js";

export interface Tracepoints {
  /** @returns what detaches them */
  attach(): () => void;
  close(): Promise<void>;
}

const RING_READ_EVERY_MS = 40;
const HANDOFF_BYTES = 4 * 1024 * 1024;

/** Programs on the tracepoints of system calls, loaded with all others of the object and not attached yet. */
export const loadTracepoints = (
  cleanup: Cleanup,
  objectPath: string,
  prepare: (session: LibbpfSession) => void,
): Tracepoints => {
  const loaded = loadPrograms({ objectPath, clearText: true });
  const { session: native, programs } = loaded;
  const session = new LibbpfSession(loaded, RING_READ_EVERY_MS, HANDOFF_BYTES);
  cleanup.add(() => session.close());
  prepare(session);
  const names = programs.filter((name) => name.startsWith("system_call_"));
  if (names.length !== 2) throw new Error(`not loaded: ${JSON.stringify(loaded.absent)}`);
  return {
    attach() {
      const links = names.map((name) => native.attachTracepoint(name));
      return () => {
        for (const link of links) native.detach(link);
      };
    },
    async close() {
      await session.stop();
      session.close();
    },
  };
};

const KEY = await parseFingerprintKey("000102030405060708090a0b0c0d0e0f");

/** A policy is in force, and asks about this program. */
export const governed = (executable: FoundExecutable) => (session: LibbpfSession) => {
  writeConstantTables(session, KEY);
  const tables = new PolicyTables({ session, labels: {}, findExecutables: () => [executable] });
  const result = tables.apply(setOf(benchPolicy(executable.path), 1));
  if (!result.ok) throw new Error(result.error);
  session.start(() => {});
};
