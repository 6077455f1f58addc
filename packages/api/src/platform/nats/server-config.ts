import type { ServerTrust } from "./credentials.js";

export interface NatsServerOptions {
  /** loopback address to listen on; default 127.0.0.1 */
  readonly host?: string;
  /** -1 lets the server take a free one and write it below {@link portsFileDir} */
  readonly port: number;
  /** JetStream's store directory */
  readonly storeDir: string;
  /** the server writes `nats-server_<pid>.ports` there */
  readonly portsFileDir?: string;
  readonly pidFile?: string;
  readonly logFile?: string;
}

const quoted = (text: string): string => JSON.stringify(text);

/**
 * Configuration of nats-server 2.9.10 in operator mode: nothing anonymous, accounts from memory. 2.9.10 cannot set the
 * sync interval, so an acknowledgement is no durability (design, fact 9); the delivery protocol does not rely on it.
 */
export function renderServerConfig(trust: ServerTrust, options: NatsServerOptions): string {
  const lines = [
    `server_name: masthead`,
    `host: ${quoted(options.host ?? "127.0.0.1")}`,
    `port: ${options.port}`,
    `max_payload: 1048576`,
    `operator: ${quoted(trust.operatorJwt)}`,
    `system_account: ${trust.systemAccount}`,
    `resolver: MEMORY`,
    `resolver_preload: {`,
    ...trust.accounts.map(({ publicKey, jwt }) => `  ${publicKey}: ${quoted(jwt)}`),
    `}`,
    `jetstream: {`,
    `  store_dir: ${quoted(options.storeDir)}`,
    `  max_memory_store: ${64 * 1024 ** 2}`,
    `  max_file_store: ${trust.maxStoreBytes}`,
    `}`,
  ];
  if (options.portsFileDir) lines.push(`ports_file_dir: ${quoted(options.portsFileDir)}`);
  if (options.pidFile) lines.push(`pid_file: ${quoted(options.pidFile)}`);
  if (options.logFile) lines.push(`log_file: ${quoted(options.logFile)}`);
  return `${lines.join("\n")}\n`;
}
