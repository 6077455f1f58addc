import { describe, expect, it } from "vitest";
import { extendFloor } from "./floor.js";
import { parsePolicy } from "./parse.js";

const parse = (spec: object, floor = extendFloor({})) =>
  parsePolicy(
    { apiVersion: "masthead.dev/v1", kind: "CapturePolicy", metadata: { name: "gateway" }, spec },
    { floor },
  );
const errorsOf = (...asked: Parameters<typeof parse>) => {
  const parsed = parse(...asked);
  return parsed.ok ? [] : parsed.errors;
};
const trusting = (...trustedProxies: unknown[]) => ({
  clientAddress: { header: "x-forwarded-for", trustedProxies },
});

describe("clientAddress", () => {
  it("takes addresses and networks of both families, and the header in any case", () => {
    const trustedProxies = ["10.0.0.0/8", "192.0.2.7", "::1", "2001:DB8::/32"];
    const parsed = parse({ clientAddress: { header: "X-Forwarded-For", trustedProxies } });
    expect(parsed.ok && parsed.policy.spec.clientAddress).toEqual({
      header: "x-forwarded-for",
      trustedProxies,
    });
    expect(parse({ clientAddress: { header: "forwarded", trustedProxies } }).ok).toBe(true);
    expect(parsed.ok && parsePolicy(parsed.policy)).toEqual(parsed);
  });

  it.each([
    ["/spec/clientAddress/header", { clientAddress: { trustedProxies: ["::1"] } }, /x-forwarded-for or forw/],
    [
      "/spec/clientAddress/header",
      { clientAddress: { header: "x-real-ip", trustedProxies: ["::1"] } },
      /which/,
    ],
    ["/spec/clientAddress/header", { clientAddress: { header: null, trustedProxies: ["::1"] } }, /which/],
    ["/spec/clientAddress/trustedProxies", { clientAddress: { header: "forwarded" } }, /expected array/],
    ["/spec/clientAddress/trustedProxies", trusting(), /leave it out/],
    [
      "/spec/clientAddress/trustedProxies",
      trusting(...Array.from({ length: 65 }, (_, i) => `10.0.0.${i}`)),
      /64/,
    ],
    ["/spec/clientAddress/trustedProxies/1", trusting("::1", "10.0.0.1/8"), /write 10\.0\.0\.0\/8/],
    ["/spec/clientAddress/trustedProxies/0", trusting("10.0.0.0/40"), /up to 32/],
    ["/spec/clientAddress/trustedProxies/0", trusting("proxy"), /not looked up/],
    ["/spec/clientAddress/trustedProxies/0", trusting("1".repeat(50)), /49/],
    ["/spec/clientAddress/trustedProxies/0", trusting(7), /expected string/],
    ["/spec/clientAddress/trustedProxies/0", trusting("0.0.0.0/0"), /trusts every address/],
    ["/spec/clientAddress/trustedProxies/0", trusting("::/0"), /trusts every address/],
    [
      "/spec/clientAddress/trustedProxies/1",
      trusting("2001:db8::1", "2001:DB8:0::1/128"),
      /named already at/,
    ],
    [
      "/spec/clientAddress/trustedproxies",
      { clientAddress: { ...trusting("::1").clientAddress, trustedproxies: [] } },
      /trustedProxies/,
    ],
    ["/spec/clientAddress", { ...trusting("::1"), match: { roles: ["client"] } }, /takes none/],
    ["/spec/clientAddress", { ...trusting("::1"), targets: [{ role: "client" }] }, /takes none/],
  ])("puts an error at %s", (pointer, spec, message) => {
    expect(errorsOf(spec)).toEqual([{ pointer, message: expect.stringMatching(message) }]);
  });

  it("goes with any action for the same header: the address is shown, the header as it is asked", () => {
    for (const action of ["keep", "mask", "fingerprint", "presence"]) {
      const headers = { request: [{ name: "x-forwarded-for", action }] };
      expect(errorsOf({ ...trusting("::1"), headers })).toEqual([]);
    }
  });

  it("is not read against a host's own floor", () => {
    const floor = extendFloor({ headers: ["x-forwarded-*"] });
    expect(errorsOf(trusting("::1"), floor)).toEqual([
      { pointer: "/spec/clientAddress/header", message: expect.stringMatching(/^x-forwarded-for is/) },
    ]);
  });
});
