import { API_INBOX_PREFIX } from "@masthead/shared/subjects";
import { connect, credsAuthenticator, ErrorCode, type NatsConnection, NatsError } from "nats";

export type { NatsConnection } from "nats";

/** Where NATS is and who asks. */
export interface NatsAddress {
  /** `nats://host:port`, or several with commas */
  readonly url: string;
  /** text of the control plane's creds file; secret */
  readonly credentials: string;
  /** TLS from the first byte on, instead of after the server's greeting, which Workers cannot; default false */
  readonly tlsFirst?: boolean;
}

const CONNECT_WITHIN_MS = 3_000;

/**
 * Opens a connection that lives for one invocation: it does not reconnect, and a request fails rather than wait. The
 * caller closes it. @throws NatsError when the server cannot be reached or refuses the credentials
 */
export const connectNats = ({ url, credentials, tlsFirst = false }: NatsAddress): Promise<NatsConnection> =>
  connect({
    servers: url.split(",").map((server) => server.trim()),
    authenticator: credsAuthenticator(new TextEncoder().encode(credentials)),
    inboxPrefix: API_INBOX_PREFIX,
    name: "masthead-api",
    timeout: CONNECT_WITHIN_MS,
    reconnect: false,
    maxReconnectAttempts: 0,
    ignoreClusterUpdates: true,
    // The socket looks names up, and checks the certificate against the name: Workers do the two together or not at all.
    resolve: false,
    ...(tlsFirst ? { tls: { handshakeFirst: true } } : {}),
  });

/**
 * Resolves when the server has all that was sent, or the connection is gone: the client leaves who waits for the first waiting then.
 * @throws NatsError where it is gone already
 */
export const flushed = async (nats: NatsConnection): Promise<void> => {
  await Promise.race([nats.flush(), nats.closed()]);
};

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

/** Whether an error of a request says that nobody serves its subject. */
export const isServedByNobody = (error: unknown): boolean =>
  error instanceof NatsError && error.code === ErrorCode.NoResponders;
