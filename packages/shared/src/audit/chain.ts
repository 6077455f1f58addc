import { AUDIT_ORIGIN, type AuditEntry, type AuditHead, auditEntryText } from "./entry.js";

/** Where a log does not fit, and why. */
export interface AuditMisfit {
  /** of the first entry that does not fit */
  readonly seq: number;
  readonly why: string;
}

/** Follows a log from its first entry on, one by one. */
export interface AuditChain {
  /** the last entry that fitted */
  readonly head: AuditHead;
  /** @returns undefined where the entry fits */
  take(entry: AuditEntry): AuditMisfit | undefined;
  /** After the last entry. @param head where the log says that it ends */
  end(head: AuditHead): AuditMisfit | undefined;
}

/**
 * @param sha256 of a text in UTF-8, in hexadecimal digits
 * @param remembered where the log ended once: it has to go through there still
 */
export const followAuditChain = (
  sha256: (text: string) => string,
  remembered: AuditHead | undefined,
): AuditChain => {
  let head = AUDIT_ORIGIN;
  return {
    get head() {
      return head;
    },
    take(entry) {
      const seq = head.seq + 1;
      if (entry.seq !== seq) return { seq, why: `it is missing: ${entry.seq} comes in its place` };
      if (sha256(auditEntryText(entry)) !== entry.hash)
        return { seq, why: "it was changed: its hash is not that of its contents" };
      if (entry.previousHash !== head.hash)
        return { seq, why: "it does not follow the entry before: one of both was replaced" };
      if (remembered?.seq === seq && remembered.hash !== entry.hash)
        return { seq, why: "it is not the one that is remembered: the log was written anew" };
      head = { seq, hash: entry.hash };
      return undefined;
    },
    end(last) {
      const seq = head.seq + 1;
      if (remembered !== undefined && remembered.seq > head.seq)
        return {
          seq,
          why: `it is missing: the log ends at ${head.seq}, and once went on to ${remembered.seq}`,
        };
      if (last.seq !== head.seq || last.hash !== head.hash)
        return {
          seq,
          why: `it is missing: the log ends at ${head.seq}, and says that it goes on to ${last.seq}`,
        };
      return undefined;
    },
  };
};
