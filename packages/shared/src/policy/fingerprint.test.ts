import { describe, expect, it } from "vitest";
import { fingerprintKeyId, parseFingerprintKey, siphash128 } from "./fingerprint.js";
import { fingerprintText, maskText, presenceText } from "./redacted-text.js";

const KEY = Uint8Array.from({ length: 16 }, (_, i) => i);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("siphash128", () => {
  // The reference implementation's vectors_sip128, by length of the input 00 01 02 …
  it.each([
    [0, "a3817f04ba25a8e66df67214c7550293"],
    [1, "da87c1d86b99af44347659119b22fc45"],
    [7, "a1f1ebbed8dbc153c0b84aa61ff08239"],
    [8, "3b62a9ba6258f5610f83e264f31497b4"],
    [15, "5493e99933b0a8117e08ec0f97cfc3d9"],
    [16, "6ee2a4ca67b054bbfd3315bf85230577"],
    [33, "77c6077146f01c32b6b69d5f4ea9ffcf"],
    [63, "5150d1772f50834a503e069a973fbd7c"],
  ])("of %i bytes is the reference implementation's", (length, expected) => {
    expect(
      hex(
        siphash128(
          KEY,
          Uint8Array.from({ length }, (_, i) => i),
        ),
      ),
    ).toBe(expected);
  });

  it("refuses a key of another size", () => {
    expect(() => siphash128(KEY.subarray(1), KEY)).toThrow(RangeError);
  });
});

describe("fingerprint keys", () => {
  it("are 32 hex digits, and are named by their hash", async () => {
    const key = await parseFingerprintKey(` ${hex(KEY).toUpperCase()}\n`);
    expect(key).toEqual({ bytes: KEY, id: "be45cb26" });
    expect(await fingerprintKeyId(KEY)).toBe("be45cb26");
  });

  it.each(["", "0".repeat(31), "g".repeat(32), "0".repeat(33)])(
    "refuse %j and do not quote it",
    async (text) => {
      await expect(parseFingerprintKey(text)).rejects.toThrow(/^a fingerprint key is 32 hex digits$/);
    },
  );
});

describe("values that are not kept", () => {
  it("show as text", () => {
    expect(fingerprintText("be45cb26", siphash128(KEY, new Uint8Array()))).toBe(
      "fp:be45cb26:a3817f04ba25a8e66df67214c7550293",
    );
    expect(fingerprintText("be45cb26", null)).toBe("fp:truncated");
    expect(maskText({ first: "abcd", last: "wxyz" })).toBe("mask:abcd…wxyz");
    expect(maskText(null)).toBe("mask:…");
    expect(presenceText(2, 47)).toBe("present:bearer:47");
    expect(presenceText(0, 17)).toBe("present::17");
    expect(presenceText(255, 17)).toBe("present::17");
  });
});
