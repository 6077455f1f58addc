import { API_INBOX_PREFIX } from "@masthead/shared/subjects";
import { connect, credsAuthenticator, type NatsConnection } from "nats";

export type { NatsConnection } from "nats";

/** Where NATS is and who asks. */
export interface NatsAddress {
  /** `nats://host:port`, or several with commas */
  readonly url: string;
  /** text of the control plane's creds file; secret */
  readonly credentials: string;
}

const CONNECT_WITHIN_MS = 3_000;

/**
 * Opens a connection that lives for one invocation: it does not reconnect, and a request fails rather than wait. The
 * caller closes it. @throws NatsError when the server cannot be reached or refuses the credentials
 */
export const connectNats = ({ url, credentials }: NatsAddress): Promise<NatsConnection> =>
  connect({
    servers: url.split(",").map((server) => server.trim()),
    authenticator: credsAuthenticator(new TextEncoder().encode(credentials)),
    inboxPrefix: API_INBOX_PREFIX,
    name: "masthead-api",
    timeout: CONNECT_WITHIN_MS,
    reconnect: false,
    maxReconnectAttempts: 0,
    ignoreClusterUpdates: true,
  });

/** Opens a connection, hands it to `work` and closes it, whatever happens. */
export async function withNatsConnection<T>(
  address: NatsAddress,
  work: (nats: NatsConnection) => Promise<T>,
): Promise<T> {
  const connection = await connectNats(address);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
