import { readFileSync, realpathSync } from "node:fs";
import type { CapturePolicyInput } from "@masthead/shared/policy/schema";

type Target = NonNullable<CapturePolicyInput["spec"]["targets"]>[number];

/** Does this kernel tell which socket a thread uses (Linux 6.3)? Without that, no port target matches. */
const tellsSockets = (): boolean =>
  readFileSync("/sys/kernel/btf/vmlinux").includes("btf_trace_sock_send_length");

/** Targets for the traffic of curl with a server of a test: its port, or else the programs at both ends. */
export const targetsFor = ({ port, pid }: { port: number; pid: number }): Target[] =>
  tellsSockets()
    ? [{ port }]
    : [realpathSync(`/proc/${pid}/exe`), realpathSync("/usr/bin/curl")].map((executable) => ({ executable }));

/** The same for several servers; no target twice. */
export const targetsForAll = (servers: readonly { port: number; pid: number }[]): Target[] => [
  ...new Map(servers.flatMap(targetsFor).map((target) => [JSON.stringify(target), target])).values(),
];
