import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createSecrets } from "./secrets.js";

describe("secrets", () => {
  const [ours, theirs] = [createSecrets(randomBytes(32)), createSecrets(randomBytes(32))];

  it("come back as they were, never sealed twice the same", async () => {
    const [one, two] = [await ours.seal("a", "héllo"), await ours.seal("a", "héllo")];
    expect(await ours.open("a", one)).toBe("héllo");
    expect(Buffer.from(one).equals(two)).toBe(false);
    expect(Buffer.from(one).includes("llo")).toBe(false);
  });

  it("open by no other key, for nothing else, and not when damaged", async () => {
    const sealed = await ours.seal("a", "text");
    await expect(theirs.open("a", sealed)).rejects.toThrow();
    await expect(ours.open("b", sealed)).rejects.toThrow();
    for (let place = 0; place < sealed.length; place++) {
      const damaged = Uint8Array.from(sealed);
      damaged[place] = (damaged[place] as number) ^ 1;
      await expect(ours.open("a", damaged)).rejects.toThrow();
    }
  });

  it("sign what they verify, and nothing else", async () => {
    const signature = await ours.sign("text");
    expect(await ours.verify("text", signature)).toBe(true);
    expect(await ours.verify("texts", signature)).toBe(false);
    expect(await theirs.verify("text", signature)).toBe(false);
    expect(await ours.verify("text", signature.subarray(1))).toBe(false);
  });

  it("need a whole key", () => expect(() => createSecrets(randomBytes(31))).toThrow(RangeError));
});
