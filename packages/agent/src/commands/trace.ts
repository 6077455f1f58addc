import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { toExchangeItem } from "@masthead/shared/http/exchange-item";
import { parseFingerprintKey } from "@masthead/shared/policy/fingerprint";
import { readKnownBuilds } from "../attach/sites/known-builds-file.js";
import { ClockOffset } from "../clock-offset.js";
import { type AgentConfiguration, readAgentConfiguration } from "../config.js";
import { readHost } from "../control/host.js";
import type { Exchange } from "../exchange.js";
import { fingerprintKeyIn, readFloor } from "../local-files.js";
import { LossCounts } from "../losses.js";
import { confine } from "../privilege/confine.js";
import { AgentLedger } from "../ship/ledger.js";
import { toWireExchange } from "../ship/wire-exchange.js";
import { BpfSource } from "../source/bpf-source.js";
import { ServiceTemplates } from "../template/service-templates.js";
import { endSignal } from "./end-signal.js";
import { readPolicyFile } from "./policy-file.js";
import { leftAloneLine, traceLine } from "./trace-lines.js";

export interface TraceOptions {
  policy?: string;
  pid?: number;
  json?: boolean;
}

const TICK_MS = 1000;
const say = (line: string): void => void process.stderr.write(`masthead-agent: ${line}\n`);

/** The fleet's key where this host has it; else one for this run, which says nothing to another run. */
async function traceKey({ fingerprintKey: path, makesFingerprintKey }: AgentConfiguration) {
  if (makesFingerprintKey && !existsSync(path)) return parseFingerprintKey(randomBytes(16).toString("hex"));
  return (await fingerprintKeyIn(path, false)).key;
}

/** Prints exchanges of this host as they end, until a signal; no server. @throws Error in words when it cannot capture */
export async function trace({ policy, pid, json = false }: TraceOptions): Promise<void> {
  const config = readAgentConfiguration(process.env);
  const set = await readPolicyFile(policy, await readFloor(config.floorFile));
  if (pid !== undefined && !existsSync(`/proc/${pid}`)) throw new Error(`there is no process ${pid}`);
  const end = endSignal();
  const clock = new ClockOffset();
  const losses = new LossCounts();
  const host = readHost();
  const agentId = config.agentId ?? "trace";
  const templates = new ServiceTemplates();
  let printed = 0;
  let lines: string[] = [];
  const flush = (): void => {
    if (lines.length === 0) return;
    process.stdout.write(`${lines.join("\n")}\n`);
    lines = [];
  };
  const print = (exchange: Exchange): void => {
    printed += 1;
    const { connection, policy: governing } = exchange;
    if (pid !== undefined && connection.process.pid !== pid) return;
    const template = templates.templateOf(connection.process.serviceName, exchange.path);
    const item = toExchangeItem({
      id: `${agentId}.${process.pid}.${printed}`,
      agentId,
      host,
      exchange: toWireExchange(exchange, template, 0, 0),
      connection,
      process: connection.process,
      policy: governing,
    });
    if (lines.push(json ? JSON.stringify(item) : traceLine(item)) === 1) setImmediate(flush);
  };
  const source = new BpfSource(
    {
      ...config,
      floor: await readFloor(config.floorFile),
      knownBuilds: readKnownBuilds(config.knownBuildsFile),
      fingerprintKey: await traceKey(config),
      homeDirectory: config.home,
      sendsAll: true,
    },
    {
      onExchange: print,
      onTotals: () => undefined,
      onWarning: say,
      losses,
      unixUs: (monotonicNs) => clock.toUnixUs(monotonicNs),
    },
  );
  const ledger = new AgentLedger(source.accounts, losses);
  const stdoutClosed = new Promise<string>((resolve) => {
    process.stdout.on("error", () => resolve("stdout closed"));
  });
  try {
    await source.start();
    // Nothing is written below MASTHEAD_HOME.
    confine(source.link, undefined, say);
    source.apply(set);
    for (const reason of source.degraded()) say(reason);
    say(`tracing, policy ${set.policies[0]?.name}; Ctrl-C ends it`);
    const timer = setInterval(() => {
      clock.refresh();
      source.tick();
    }, TICK_MS);
    await Promise.race([end, stdoutClosed]);
    clearInterval(timer);
    const leftAlone = leftAloneLine(source.counters()["http2"] ?? 0, source.coverage().entries);
    await source.stop();
    flush();
    ledger.endEpoch();
    const { captured, lost } = ledger.snapshot();
    const named = lost.map(({ stage, reason, count }) => `${count} ${stage}/${reason}`);
    say(`${captured} captured, ${printed} ended, lost: ${named.join(", ") || "none"}`);
    if (leftAlone !== undefined) say(leftAlone);
  } finally {
    source.close();
  }
}
