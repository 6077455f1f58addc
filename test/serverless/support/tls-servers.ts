import { once } from "node:events";
import { appendFileSync, chmodSync, chownSync, readFileSync } from "node:fs";
import { type AddressInfo, connect } from "node:net";
import { dirname, join } from "node:path";
import { createServer } from "node:tls";
import { openDatabase } from "@masthead/api/platform/db/database";
import type { NatsServer } from "@masthead/infra/nats-server";
import { postgresAccount } from "@masthead/infra/postgres-account";
import type { TestDatabase } from "../../postgres/support/database.js";
import type { Cleanup } from "../../support/cleanup.js";
import type { Certificate } from "../../support/https-servers.js";
import { startProgram } from "../../support/program.js";
import { until } from "../../support/until.js";

/** Lets a running Postgres take TLS, too. The key becomes its account's. */
export const offerTls = async (database: TestDatabase, { certificate, key }: Certificate): Promise<void> => {
  const account = postgresAccount(() => {});
  chmodSync(key, 0o600);
  for (const file of [certificate, key]) if (account) chownSync(file, account.uid, account.gid);
  const { sql } = database.open("owner");
  for (const [name, value] of Object.entries({ ssl_cert_file: certificate, ssl_key_file: key, ssl: "on" }))
    await sql.unsafe(`alter system set ${name} = '${value}'`);
  await sql`select pg_reload_conf()`;
  await until("Postgres offers TLS", async () => {
    const secure = openDatabase(`${database.appUrl}?sslmode=require`);
    const rows = await secure.sql`select 1`.finally(() => secure.close());
    return rows.length === 1;
  });
};

/**
 * TLS from the first byte on before a running NATS. Debian's server cannot do so itself (`handshake_first` came with 2.10.4):
 * it is started again to take clients with and without TLS, and a proxy ends TLS before it. @returns the proxy's port
 */
export const offerTlsFirst = async (
  cleanup: Cleanup,
  nats: NatsServer,
  { certificate, key }: Certificate,
): Promise<number> => {
  await nats.stop();
  const config = join(dirname(nats.store), "nats.conf");
  const tls = `tls { cert_file: ${JSON.stringify(certificate)}, key_file: ${JSON.stringify(key)} }`;
  appendFileSync(config, `${tls}\nallow_non_tls: true\n`);
  const path = `${process.env["PATH"]}:/usr/sbin:/usr/local/sbin`;
  const server = startProgram("nats-server", ["-c", config], { env: { PATH: path } });
  cleanup.add(() => server.stop());
  await until("NATS offers TLS", async () => (await greeting(nats.port)).includes('"tls_available":true'));
  const proxy = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (client) => {
    const server = connect(nats.port, "127.0.0.1");
    const end = () => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on("error", end).on("close", end);
    client.pipe(server).pipe(client);
  });
  // A client that refuses the certificate.
  proxy.on("tlsClientError", () => {});
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  cleanup.add(() => {
    const closed = once(proxy, "close");
    proxy.close();
    return closed;
  });
  return (proxy.address() as AddressInfo).port;
};

/** What NATS says first. */
const greeting = async (port: number): Promise<string> => {
  const socket = connect(port, "127.0.0.1");
  try {
    const [bytes] = await once(socket, "data");
    return String(bytes);
  } finally {
    socket.destroy();
  }
};
