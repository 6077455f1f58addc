import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { credentialFingerprint } from "./credential-fingerprint.js";
import { parseFingerprintKey } from "./fingerprint.js";

const key = await parseFingerprintKey("000102030405060708090a0b0c0d0e0f");
const of = (header: string, value: string): string =>
  credentialFingerprint(key, header, Buffer.from(value, "latin1")).slice("fp:be45cb26:".length);

describe("the fingerprint of a credential", () => {
  // What the kernel program gives under the same key: the records in bpf/tests/cases/overview.h and header-lines.h.
  it.each([
    ["authorization", "Bearer   abcdefghijklmnopqrstuvwxyz", "00f71a5d15ed2c558029673581414f88"],
    ["authorization", "short", "8d18c5ca400be20414f456c69a2a336e"],
    ["authorization", "Unknown 0123456789012345678901234", "4b6e38ea6ef57533d754dda40250da65"],
    ["authorization", "Bearer", "3e95f17aa8494d9d38793f6926f9271e"],
    ["authorization", "Bearer ", "3e95f17aa8494d9d38793f6926f9271e"],
    ["authorization", "", "a3817f04ba25a8e66df67214c7550293"],
    ["x-print", "\t abc \t", "bb96c3a813c9903e3325ef616045abb8"],
    ["x-print", "", "a3817f04ba25a8e66df67214c7550293"],
  ])("of %s: %j is what the kernel program gives", (header, value, expected) => {
    expect(of(header, value)).toBe(expected);
  });

  it("is that of the secret alone, whatever the scheme and the blanks before, between and behind", () => {
    const scheme = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,20}$/);
    const secret = fc.stringMatching(/^[!-~]{1,40}$/);
    const blanks = fc.stringMatching(/^[ \t]{0,4}$/);
    const between = fc.integer({ min: 1, max: 8 });
    fc.assert(
      fc.property(scheme, secret, blanks, between, (name, value, around, count) => {
        const line = `${around}${name}${" ".repeat(count)}${value}${around}`;
        expect(of("proxy-authorization", line)).toBe(of("x-other", value));
        expect(of("x-other", line)).toBe(of("x-other", `${name}${" ".repeat(count)}${value}`));
      }),
    );
  });

  it("takes what follows no token, or a tab, for a part of the secret", () => {
    for (const value of ["Bearer\tabc", "Be(arer abc", `x ${" ".repeat(8)}abc`])
      expect(of("authorization", value), value).not.toBe(of("authorization", "abc"));
  });
});
