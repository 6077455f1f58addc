import {
  BATCH_SUBJECTS,
  bucketDirectGetSubject,
  bucketSubject,
  COMMITTED_BUCKET,
  COMMITTED_SUBJECTS,
  HEARTBEAT_SUBJECTS,
  POLICY_BUCKET,
} from "@masthead/shared/subjects";
import type { Export, Import } from "@nats-io/jwt";

interface Crossing {
  readonly name: string;
  readonly subject: string;
  /** `service`: agents ask or publish; `stream`: agents listen */
  readonly type: "service" | "stream";
}

/** All that crosses between the agents' account and the control plane's; users are limited further by their own JWT. */
export const AGENT_BOUNDARY: readonly Crossing[] = [
  { name: "batches", subject: BATCH_SUBJECTS, type: "service" },
  { name: "heartbeats", subject: HEARTBEAT_SUBJECTS, type: "service" },
  { name: "policy-get", subject: bucketDirectGetSubject(POLICY_BUCKET, ">"), type: "service" },
  { name: "committed-get", subject: bucketDirectGetSubject(COMMITTED_BUCKET, "*"), type: "service" },
  { name: "policy-changes", subject: bucketSubject(POLICY_BUCKET, ">"), type: "stream" },
  { name: "committed-changes", subject: bucketSubject(COMMITTED_BUCKET, "*"), type: "stream" },
  { name: "committed", subject: COMMITTED_SUBJECTS, type: "stream" },
];

export const boundaryExports = (): Export[] => AGENT_BOUNDARY.map((crossing) => ({ ...crossing }));

/** @param account public key of the account that exports */
export const boundaryImports = (account: string): Import[] =>
  AGENT_BOUNDARY.map((crossing) => ({ ...crossing, account }));
