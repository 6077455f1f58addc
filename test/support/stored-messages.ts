import type { NatsConnection } from "@masthead/api/platform/nats/connection";

/** Every message that the stream holds on a subject. */
export const storedMessages = async (
  connection: NatsConnection,
  stream: string,
  subject: string,
): Promise<Uint8Array[]> => {
  const manager = await connection.jetstreamManager({ checkAPI: false });
  const { state } = await manager.streams.info(stream);
  const messages: Uint8Array[] = [];
  for (let seq = state.first_seq; seq > 0 && seq <= state.last_seq; seq += 1) {
    const message = await manager.streams.getMessage(stream, { seq });
    if (message.subject === subject) messages.push(message.data);
  }
  return messages;
};
