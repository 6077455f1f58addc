import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { followAuditChain } from "./chain.js";
import { AUDIT_ORIGIN, type AuditEntry, type AuditHead, auditEntryText } from "./entry.js";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const seal = (entry: Omit<AuditEntry, "hash">): AuditEntry => ({
  ...entry,
  hash: sha256(auditEntryText(entry)),
});

const logOf = (length: number, action = "policy.put"): AuditEntry[] => {
  const log: AuditEntry[] = [];
  for (let seq = 1; seq <= length; seq++)
    log.push(
      seal({
        seq,
        at: "2026-11-27T12:00:00.000000Z",
        actor: { id: "key:0123456789abcdef", name: "é" },
        action,
        subject: `policy:${seq}`,
        detail: { revision: seq, b: [1.5, null], a: "x" },
        previousHash: log.at(-1)?.hash ?? AUDIT_ORIGIN.hash,
      }),
    );
  return log;
};
const headOf = (log: readonly AuditEntry[]): AuditHead => log.at(-1) ?? AUDIT_ORIGIN;
const misfitOf = (log: readonly AuditEntry[], head = headOf(log), remembered?: AuditHead) => {
  const chain = followAuditChain(sha256, remembered);
  for (const entry of log) {
    const misfit = chain.take(entry);
    if (misfit) return misfit;
  }
  return chain.end(head);
};

describe("the chain of the audit log", () => {
  it("fits as it was written, from none to many, and goes on from what is remembered", () => {
    for (const length of [0, 1, 7]) expect(misfitOf(logOf(length))).toBeUndefined();
    expect(misfitOf(logOf(7), undefined, headOf(logOf(3)))).toBeUndefined();
    expect(misfitOf(logOf(7), undefined, AUDIT_ORIGIN)).toBeUndefined();
  });

  it("breaks at the first entry of which anything is changed", () => {
    const changes: ((entry: AuditEntry) => AuditEntry)[] = [
      (entry) => ({ ...entry, at: "2026-11-27T12:00:00.000001Z" }),
      (entry) => ({ ...entry, actor: { ...entry.actor, name: "e" } }),
      (entry) => ({ ...entry, action: "policy.delete" }),
      (entry) => ({ ...entry, subject: "policy:other" }),
      (entry) => ({ ...entry, detail: { ...entry.detail, revision: 0 } }),
      (entry) => ({ ...entry, detail: {} }),
      (entry) => ({ ...entry, hash: sha256("") }),
      (entry) => seal({ ...entry, previousHash: sha256("") }),
    ];
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        fc.constantFrom(...changes),
        (length, n, change) => {
          const at = n % length;
          const log = logOf(length).map((entry, i) => (i === at ? change(entry) : entry));
          expect(misfitOf(log, headOf(logOf(length)))?.seq).toBe(at + 1);
        },
      ),
    );
  });

  it("breaks after an entry that was changed and hashed anew, unless it is the last, which a head tells", () => {
    const log = logOf(5);
    const forged = log.map((entry) => (entry.seq === 3 ? seal({ ...entry, subject: "x" }) : entry));
    expect(misfitOf(forged)).toMatchObject({ seq: 4, why: expect.stringContaining("does not follow") });
    const anew = logOf(5, "policy.other");
    expect(misfitOf(anew)).toBeUndefined();
    expect(misfitOf(anew, undefined, headOf(log.slice(0, 4)))).toMatchObject({
      seq: 4,
      why: expect.stringContaining("written anew"),
    });
  });

  it("misses entries that are gone: at the beginning, in between, and at the end", () => {
    const log = logOf(5);
    const without = (seq: number) => log.filter((entry) => entry.seq !== seq);
    for (const seq of [1, 3]) expect(misfitOf(without(seq))?.seq).toBe(seq);
    expect(misfitOf(without(5), headOf(log))).toMatchObject({
      seq: 5,
      why: expect.stringContaining("missing"),
    });
    expect(misfitOf(without(5))).toBeUndefined();
    expect(misfitOf(without(5), undefined, headOf(log))).toMatchObject({
      seq: 5,
      why: expect.stringContaining("once went on"),
    });
    expect(misfitOf([], undefined, headOf(log))?.seq).toBe(1);
  });
});
