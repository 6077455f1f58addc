import { isAbsolute, join, resolve } from "node:path";
import {
  type Configuration,
  decimalNumber,
  natsUrls,
  readConfiguration,
  text,
  variable,
  wholeNumber,
} from "@masthead/shared/config/definition";
import { agentIdSchema } from "@masthead/shared/ids";
import { LABEL_NAME_MAX_CHARACTERS, LABEL_VALUE_MAX_CHARACTERS } from "@masthead/shared/policy/limits";
import { z } from "zod";
import { kernelVariables } from "./config-kernel.js";

const MIB = 1024 * 1024;

const labels = z
  .string()
  .transform((list, context) => {
    const read: Record<string, string> = {};
    for (const pair of list.split(",").filter((each) => each.trim() !== "")) {
      const at = pair.indexOf("=");
      const name = pair.slice(0, Math.max(at, 0)).trim();
      const value = pair.slice(at + 1).trim();
      if (!name || name.length > LABEL_NAME_MAX_CHARACTERS || value.length > LABEL_VALUE_MAX_CHARACTERS) {
        context.addIssue({ code: "custom", message: "labels are `name=value`, separated by commas" });
        return z.NEVER;
      }
      read[name] = value;
    }
    return read;
  })
  .pipe(z.record(z.string(), z.string()));

/** Every setting of the agent. */
export const agentVariables = {
  home: variable({
    name: "MASTHEAD_HOME",
    description: "Folder of the agent's state: spool, epoch, last policy set, pid and ready files.",
    unit: "path",
    default: ".masthead",
    schema: text,
  }),
  agentId: variable({
    name: "MASTHEAD_AGENT_ID",
    description:
      "Name of this agent in the fleet; the one that its credentials were made for. Absent: read from the credentials.",
    schema: agentIdSchema,
  }),
  natsUrl: variable({
    name: "MASTHEAD_NATS_URL",
    description: "Where NATS is; several servers with commas. `run` needs it.",
    unit: "URL",
    schema: natsUrls,
  }),
  natsCredentials: variable({
    name: "MASTHEAD_NATS_CREDENTIALS",
    description: "Creds file of this agent; read again at each new connection. `run` needs it.",
    unit: "path",
    schema: text,
  }),
  labels: variable({
    name: "MASTHEAD_AGENT_LABELS",
    description: "Labels that policies select agents by: `env=prod,zone=a`.",
    default: "",
    schema: labels,
  }),
  fingerprintKey: variable({
    name: "MASTHEAD_FINGERPRINT_KEY",
    description:
      "File with the fleet's fingerprint key, 32 hex digits. Absent: `fingerprint.key` in `MASTHEAD_HOME`, made at the first start (one that is named has to be there); other agents then fingerprint differently.",
    unit: "path",
    schema: text,
  }),
  floorFile: variable({
    name: "MASTHEAD_FLOOR_FILE",
    description:
      'JSON file with this host\'s additions to the floor: `{"headers": […], "queryParameters": […]}`. Nothing can be taken from the floor.',
    unit: "path",
    schema: text,
  }),
  knownBuildsFile: variable({
    name: "MASTHEAD_KNOWN_BUILDS_FILE",
    description:
      "JSON file of known builds, beside those that come with the agent: where programs without symbols have their TLS functions, as `masthead-agent known-build` prints it.",
    unit: "path",
    schema: text,
  }),
  logLevel: variable({
    name: "MASTHEAD_LOG_LEVEL",
    description: "`debug`, `info`, `warn` or `error`.",
    default: "info",
    schema: z.enum(["debug", "info", "warn", "error"]) as z.ZodType<
      "debug" | "info" | "warn" | "error",
      string
    >,
  }),
  objectPath: variable({
    name: "MASTHEAD_BPF_OBJECT",
    description:
      "The compiled BPF programs. Absent: those that came with the agent. Where `NAME-typed.bpf.o` lies beside `NAME.bpf.o`, that is what Linux 6.4 and later take.",
    unit: "path",
    schema: text,
  }),
  ringBytes: variable({
    name: "MASTHEAD_RING_BYTES",
    description: "Size of the kernel's ring buffer, a power of two. Full: loss `ring/full`.",
    unit: "bytes",
    default: String(4 * MIB),
    schema: wholeNumber(4096, 1024 * MIB).refine(
      (bytes) => Number.isInteger(Math.log2(bytes)),
      "a power of two",
    ),
  }),
  handoffBytes: variable({
    name: "MASTHEAD_HANDOFF_BYTES",
    description:
      "Bound of what was read from the ring and not yet taken by JavaScript; full: records stay in the ring.",
    unit: "bytes",
    default: String(4 * MIB),
    schema: wholeNumber(65_536, 256 * MIB),
  }),
  clearText: variable({
    name: "MASTHEAD_CLEAR_TEXT",
    description:
      "`on`: HTTP in clear is read too, from system calls, which costs every system call of the host about 0.1 µs. `off`: only what TLS libraries hand over.",
    default: "on",
    schema: z.enum(["on", "off"]).transform((value) => value === "on") as z.ZodType<boolean, string>,
  }),
  pollEveryMs: variable({
    name: "MASTHEAD_POLL_EVERY_MS",
    description: "How often the ring is read; sooner where a quarter of it has filled.",
    unit: "ms",
    default: "40",
    schema: wholeNumber(1, 1000),
  }),
  ...kernelVariables,
  openExchanges: variable({
    name: "MASTHEAD_OPEN_EXCHANGES",
    description:
      "Exchanges that may wait for their response; as many again in the kernel, where a policy has `aggregate: true`. Full: loss `pairing/full`.",
    default: "32768",
    schema: wholeNumber(1, 1_000_000),
  }),
  exchangesPerSecond: variable({
    name: "MASTHEAD_EXCHANGES_PER_SECOND",
    description:
      "Exchanges that this agent keeps one by one in a second, over all policies. Beyond: counted only; usage stays complete. A policy's `sampling.always` is not bound by it.",
    default: "20000",
    schema: wholeNumber(20_000, 1_000_000),
  }),
  budgetCpu: variable({
    name: "MASTHEAD_BUDGET_CPU",
    description:
      "CPU time that the agent may take, `0.5`: half of one CPU. Above: fewer requests are told in detail, usage stays complete; where that does not help, the costliest target is suspended.",
    unit: "CPUs",
    default: "2",
    schema: decimalNumber(0.001, 1024),
  }),
  budgetMemoryBytes: variable({
    name: "MASTHEAD_BUDGET_MEMORY_BYTES",
    description: "Memory that the agent may have resident. Above: as for `MASTHEAD_BUDGET_CPU`.",
    unit: "bytes",
    default: String(512 * MIB),
    schema: wholeNumber(MIB),
  }),
  budgetRecordsPerSecond: variable({
    name: "MASTHEAD_BUDGET_RECORDS_PER_SECOND",
    description:
      "Requests that the kernel tells in detail in a second, over all policies. Beyond: with what usage needs and nothing else, errors too.",
    default: "40000",
    schema: wholeNumber(1, 1_000_000),
  }),
  usageSeries: variable({
    name: "MASTHEAD_USAGE_SERIES",
    description:
      "Usage series of one window. Three quarters of them may name a consumer; beyond, the consumer becomes `__other__`. Beyond all: template and dimensions, too; twice as many: loss `usage/full`.",
    default: "20000",
    schema: wholeNumber(1, 1_000_000),
  }),
  spoolBytes: variable({
    name: "MASTHEAD_SPOOL_BYTES",
    description: "Size of the spool on disk. Full: loss `spool/full`.",
    unit: "bytes",
    default: String(1024 * MIB),
    schema: wholeNumber(0),
  }),
  flushAfterMs: variable({
    name: "MASTHEAD_FLUSH_AFTER_MS",
    description: "A batch is made this often, or when it is full.",
    unit: "ms",
    default: "1000",
    schema: wholeNumber(10, 60_000),
  }),
  publishInFlight: variable({
    name: "MASTHEAD_PUBLISH_IN_FLIGHT",
    description: "Batches on their way to NATS at once.",
    default: "8",
    schema: wholeNumber(1, 256),
  }),
  resendAfterMs: variable({
    name: "MASTHEAD_RESEND_AFTER_MS",
    description:
      "Batches that were sent and not committed are sent again after this long without any sign; doubles.",
    unit: "ms",
    default: "30000",
    schema: wholeNumber(100, 3_600_000),
  }),
  heartbeatEveryMs: variable({
    name: "MASTHEAD_HEARTBEAT_EVERY_MS",
    description: "How often the agent reports its state.",
    unit: "ms",
    default: "5000",
    schema: wholeNumber(100, 60_000),
  }),
  scanEveryMs: variable({
    name: "MASTHEAD_SCAN_EVERY_MS",
    description: "How often processes are looked through for libraries that appeared without a new program.",
    unit: "ms",
    default: "1000",
    schema: wholeNumber(50, 60_000),
  }),
};

export type AgentConfiguration = Omit<Configuration<typeof agentVariables>, "fingerprintKey"> & {
  fingerprintKey: string;
  /** nobody named a file for it: one is made where there is none */
  makesFingerprintKey: boolean;
};

/** @throws ConfigurationError naming each wrong variable. Paths come back absolute. */
export function readAgentConfiguration(environment: NodeJS.ProcessEnv): AgentConfiguration {
  const read = readConfiguration(agentVariables, environment);
  const home = resolve(read.home);
  const { fingerprintKey, ...rest } = read;
  return {
    ...rest,
    home,
    fingerprintKey: fingerprintKey === undefined ? join(home, "fingerprint.key") : absolute(fingerprintKey),
    makesFingerprintKey: fingerprintKey === undefined,
  };
}

const absolute = (path: string): string => (isAbsolute(path) ? path : resolve(path));
