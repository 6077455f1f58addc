import { bucketSubject, COMMITTED_BUCKET } from "@masthead/shared/subjects";
import type { NatsConnection } from "nats";
import { die, type Steps } from "./steps.js";

type Publish = (subject: string, ...rest: unknown[]) => void;

const nameOf = (subject: string): string | undefined => {
  if (subject.startsWith("$JS.ACK.")) return "an acknowledgement";
  return subject.startsWith(bucketSubject(COMMITTED_BUCKET, "")) ? "a watermark" : undefined;
};

/** A connection whose acknowledgements and watermarks are steps: before they are sent, and once the server has them. */
export const crashingNats = (nats: NatsConnection, steps: Steps): NatsConnection => {
  // Acknowledgements do not go through the connection but through what it is made of.
  const { protocol } = nats as unknown as { protocol: { publish: Publish } };
  const publish = protocol.publish.bind(protocol);
  protocol.publish = (subject, ...rest) => {
    const name = nameOf(subject);
    if (name !== undefined) steps.pass(`before ${name}`);
    publish(subject, ...rest);
    if (name !== undefined && steps.isEnd(`after ${name}`)) void nats.flush().then(die);
  };
  return nats;
};
