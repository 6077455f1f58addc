import { fingerprintText } from "@masthead/shared/policy/redacted-text";
import { expect, test } from "vitest";
import { ElementAction } from "../decode/record-enums.js";
import { govern, type Header } from "../testing/govern.js";

const { ELEMENT_KEEP: KEEP, ELEMENT_FINGERPRINT: FINGERPRINT, ELEMENT_PRESENCE: PRESENCE } = ElementAction;

test("the consumer is the first credential that the governing policy fingerprints and the request carries", () => {
  const { one } = govern({
    one: {
      match: { paths: ["/v1/**"] },
      tenant: [{ header: "x-client-id" }, { fingerprint: "authorization" }],
      headers: {
        request: [
          { name: "x-api-key", action: "fingerprint" },
          { name: "cookie", action: "fingerprint" },
          { name: "authorization", action: "presence" },
        ],
        response: [{ name: "set-cookie", action: "fingerprint" }],
      },
    },
    two: {
      priority: -5,
      headers: {
        request: [
          { name: "x-api-key", action: "presence" },
          { name: "x-a", action: "keep" },
        ],
      },
    },
  });
  const hash = (of: number) => Buffer.alloc(16, of);
  const text = (of: number) => fingerprintText("0badcafe", hash(of));
  const header = (name: string, of: number): Header => [name, FINGERPRINT, hash(of)];
  const by = (headers: Header[], path = "/v1/x") =>
    one({ path, headers }, { headers: [["set-cookie", FINGERPRINT, hash(9)]] })?.consumer;
  const [key, cookie, bearer] = [header("x-api-key", 2), header("cookie", 3), header("authorization", 1)];
  expect(by([cookie, key, bearer, ["x-client-id", KEEP, "acme"]])).toBe(text(1));
  expect(by([cookie, key])).toBe(text(2));
  expect(by([cookie, header("cookie", 4)])).toBe(text(3));
  expect(by([])).toBeUndefined();
  // Carried, and not seen whole: who it is cannot be said, and another credential would be another name.
  expect(by([cookie, ["x-api-key", FINGERPRINT]])).toBeUndefined();
  // Sent because the other policy asks for it.
  expect(by([key, ["x-api-key", PRESENCE, "", { valueLength: 9 }]], "/elsewhere")).toBeUndefined();
});
