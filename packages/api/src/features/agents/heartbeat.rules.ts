import { heartbeatSubject } from "@masthead/shared/subjects";
import { type Heartbeat, heartbeatSchema } from "@masthead/shared/wire/heartbeat";

/** Largest heartbeat that is read; NATS carries no larger message. */
const HEARTBEAT_MAX_BYTES = 1024 * 1024;

export type ReadHeartbeat =
  | { readonly ok: true; readonly heartbeat: Heartbeat }
  | {
      readonly ok: false;
      readonly reason: "too_large" | "not_json" | "invalid" | "wrong_subject";
      readonly detail: string;
    };

/**
 * Reads what came on a heartbeat subject. An agent speaks for itself only: the id inside is the one of the subject, which
 * NATS has checked against its credentials. Throws nothing: what is malformed is to be set aside.
 */
export function readHeartbeat(bytes: Uint8Array, subject: string): ReadHeartbeat {
  if (bytes.byteLength > HEARTBEAT_MAX_BYTES) {
    return { ok: false, reason: "too_large", detail: `${bytes.byteLength} bytes` };
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return { ok: false, reason: "not_json", detail: "not UTF-8 JSON" };
  }
  const parsed = heartbeatSchema.safeParse(value);
  if (!parsed.success) {
    const detail = parsed.error.issues
      .slice(0, 10)
      .map((issue) => `${issue.path.join(".")}: ${issue.message}`)
      .join("; ");
    return { ok: false, reason: "invalid", detail };
  }
  if (heartbeatSubject(parsed.data.agentId) !== subject) {
    return { ok: false, reason: "wrong_subject", detail: `agent ${parsed.data.agentId} on ${subject}` };
  }
  return { ok: true, heartbeat: parsed.data };
}
