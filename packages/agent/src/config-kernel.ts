import { variable, wholeNumber } from "@masthead/shared/config/definition";
import { z } from "zod";
import type { SeenAt } from "./capture/seen-at.js";

/** Sizes of the kernel's tables, and where its programs stand: fixed when they are loaded. */
export const kernelVariables = {
  kernelConnections: variable({
    name: "MASTHEAD_KERNEL_CONNECTIONS",
    description: "Connections that the kernel follows at once. Full: loss `connections/full`.",
    default: "65536",
    schema: wholeNumber(1, 4_000_000),
  }),
  kernelCalls: variable({
    name: "MASTHEAD_KERNEL_CALLS",
    description:
      "Entries of the kernel's table of reads and writes in flight, twice as many as are to be followed at once. No room: loss `calls/full`.",
    default: "32768",
    schema: wholeNumber(1, 4_000_000),
  }),
  tlsSeenAt: variable({
    name: "MASTHEAD_TLS_SEEN_AT",
    description:
      "`copy`: bytes are seen where OpenSSL copies them from and to the program, as far as the library and the host allow it, which costs a server less (docs/decisions/0039, 0040). `call`: at both ends of the functions that read and write, always.",
    default: "copy",
    schema: z.enum(["copy", "call"]) as z.ZodType<SeenAt, string>,
  }),
  kernelHeads: variable({
    name: "MASTHEAD_KERNEL_HEADS",
    description:
      "Heads that come in several reads and are put together at once, 18 KiB each. Full: loss `assembly/full`.",
    default: "512",
    schema: wholeNumber(1, 65_536),
  }),
  kernelSeries: variable({
    name: "MASTHEAD_KERNEL_SERIES",
    description:
      "Series that the kernel counts at once where a policy has `aggregate: true`, at most 1.5 KiB each, taken as they come. Full: exchanges are sent one by one and counted by the agent.",
    default: "8192",
    schema: wholeNumber(1, 1_000_000),
  }),
};
