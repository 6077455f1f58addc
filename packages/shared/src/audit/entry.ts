import { z } from "zod";
import { canonicalJson } from "../canonical-json.js";

const HASH = /^[0-9a-f]{64}$/;
const hash = () => z.string().regex(HASH);

/** One change, as the audit log holds it and as REST answers it. */
export const auditEntrySchema = z.object({
  seq: z.int().positive().describe("Its place in the log: 1, 2, 3, … without a gap."),
  at: z.string().describe("When: RFC 3339 in UTC with microseconds."),
  actor: z
    .object({
      id: z.string().describe("`key:<id of the key>`, or `system:<what>` where no key asked for it."),
      name: z.string().describe("The key's name at that time."),
    })
    .describe("Who did it."),
  action: z.string().describe("What was done, such as `policy.put`."),
  subject: z.string().describe("To what, such as `policy:gateway`."),
  detail: z.record(z.string(), z.unknown()).describe("What is worth knowing beside; holds no secret."),
  previousHash: hash().describe("`hash` of the entry before; zeros before the first."),
  hash: hash().describe("SHA-256 over the canonical JSON (RFC 8785) of the entry without this field."),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** Up to where a log goes. Whoever remembers one finds out later whether the log was cut. */
export const auditHeadSchema = z
  .object({
    seq: z.int().nonnegative().describe("The last entry's `seq`; 0 before the first."),
    hash: hash().describe("The last entry's `hash`."),
  })
  .describe("Where the log ends now. Remember it to find out later whether the log was cut.");
export type AuditHead = z.infer<typeof auditHeadSchema>;

/** What the first entry follows. */
export const AUDIT_ORIGIN: AuditHead = { seq: 0, hash: "0".repeat(64) };

/** The text whose SHA-256 is the entry's `hash`. */
export const auditEntryText = ({
  hash: _hash,
  ...entry
}: Omit<AuditEntry, "hash"> & { hash?: string }): string => canonicalJson(entry);

/** Names a change. `detail` holds JSON values and nothing secret. */
export interface Change {
  readonly action: string;
  readonly subject: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}
