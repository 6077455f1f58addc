import { describe, expect, it } from "vitest";
import { apiKeyId, bearerOf, generateApiKey, hashApiKey } from "./auth.rules.js";

describe("keys", () => {
  it("have a public id and hash to what no other does", () => {
    const [key, other] = [generateApiKey(), generateApiKey()];
    expect(key).toMatch(/^mh_[0-9a-f]{16}_[0-9a-f]{48}$/);
    expect(apiKeyId(key)).toBe(key.slice(3, 19));
    expect(hashApiKey(key)).toEqual(hashApiKey(key));
    expect(hashApiKey(other)).not.toEqual(hashApiKey(key));
  });

  it.each(["", "mh_", `mh_${"0".repeat(16)}_${"0".repeat(47)}`, `${generateApiKey()} `, "mh_x\n"])(
    "are not: %j",
    (text) => {
      expect(apiKeyId(text)).toBeNull();
    },
  );
});

describe("the authorization header", () => {
  it.each([
    ["Bearer abc", "abc"],
    ["bearer  a-b_c.d~e+f/g== ", "a-b_c.d~e+f/g=="],
    ["Basic abc", null],
    ["Bearer", null],
    ["Bearer a b", null],
    [undefined, null],
  ])("%j holds %j", (header, key) => {
    expect(bearerOf(header)).toBe(key);
  });
});
