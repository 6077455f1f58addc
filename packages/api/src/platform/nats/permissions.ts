import type { AgentId } from "@masthead/shared/ids";
import {
  API_INBOX_PREFIX,
  agentInboxPrefix,
  batchSubject,
  bucketDirectGetSubject,
  bucketSubject,
  COMMITTED_BUCKET,
  COMMITTED_SUBJECTS,
  committedSubject,
  heartbeatSubject,
  POLICY_BUCKET,
} from "@masthead/shared/subjects";

/** Subjects that a NATS user may publish to and subscribe to; everything else is refused by the server. */
export interface SubjectPermissions {
  readonly pub: { readonly allow: string[] };
  readonly sub: { readonly allow: string[] };
}

/**
 * What one agent may do (design, section 4.4): publish its own batches and heartbeats, read the policy bucket and its own
 * watermark by direct get and plain subscription, under an inbox prefix of its own. No consumer, no stream, no other
 * agent. @throws ZodError when the id is not a subject token.
 */
export const agentPermissions = (agentId: AgentId): SubjectPermissions => ({
  pub: {
    allow: [
      batchSubject(agentId),
      heartbeatSubject(agentId),
      bucketDirectGetSubject(POLICY_BUCKET, ">"),
      bucketDirectGetSubject(COMMITTED_BUCKET, agentId),
    ],
  },
  sub: {
    allow: [
      committedSubject(agentId),
      bucketSubject(POLICY_BUCKET, ">"),
      bucketSubject(COMMITTED_BUCKET, agentId),
      `${agentInboxPrefix(agentId)}.>`,
    ],
  },
});

/** What the control plane may do: own the streams and buckets of this product, and tell agents their watermarks. */
export const apiPermissions = (): SubjectPermissions => ({
  pub: {
    allow: [
      "$JS.API.>",
      "$JS.ACK.>",
      bucketSubject(POLICY_BUCKET, ">"),
      bucketSubject(COMMITTED_BUCKET, ">"),
      COMMITTED_SUBJECTS,
    ],
  },
  sub: { allow: [`${API_INBOX_PREFIX}.>`] },
});
