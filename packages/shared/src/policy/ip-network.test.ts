import { BlockList } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatIpAddress, parseIpAddress } from "./ip-address.js";
import { formatIpNetwork, networkHas, parseIpNetwork } from "./ip-network.js";

const networkOf = (text: string) => {
  const parsed = parseIpNetwork(text);
  if ("fault" in parsed) throw new Error(parsed.fault);
  return parsed.network;
};
const faultOf = (text: string): string => {
  const parsed = parseIpNetwork(text);
  return "fault" in parsed ? parsed.fault : "";
};

describe("a network as text", () => {
  it.each([
    ["10.0.0.0/8", "10.0.0.0/8"],
    ["192.0.2.7", "192.0.2.7"],
    ["192.0.2.7/32", "192.0.2.7"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["2001:DB8::/32", "2001:db8::/32"],
    ["::1/128", "::1"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
  ])("%s is %s", (text, expected) => {
    expect(formatIpNetwork(networkOf(text))).toBe(expected);
  });

  it.each([
    ["10.0.0.1/8", /write 10\.0\.0\.0\/8 for the network, or 10\.0\.0\.1 for/],
    ["2001:db8::1/33", /write 2001:db8::\/33 for the network, or 2001:db8::1 for/],
    ["10.0.0.0/33", /IPv4 .* up to 32/],
    ["2001:db8::/129", /IPv6 .* up to 128/],
    ["10.0.0.0/", /prefix length/],
    ["10.0.0.0/08", /prefix length/],
    ["10.0.0.0/255.0.0.0", /prefix length/],
    ["10.0.0.0/8/8", /not an IP address/],
    ["::ffff:10.0.0.0/104", /mapped into IPv6/],
    ["10.0.0.1:8080", /write 10\.0\.0\.1$/],
    ["[2001:DB8::1]:443", /write 2001:db8::1$/],
    ["[::1]", /write ::1$/],
    ["proxy.internal", /names are not looked up/],
    ["10.0.0", /not an IP address/],
    ["", /not an IP address/],
  ])("%s is refused, and what is meant is said", (text, fault) => {
    expect(faultOf(text)).toMatch(fault);
  });

  it("throws for nothing", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(..."012:./[]") })), (text) => {
        expect(typeof parseIpNetwork(text)).toBe("object");
      }),
    );
  });
});

it("has the addresses that the runtime's own list says", () => {
  const address = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.constantFrom("10.0.0.1", "10.1.0.0", "2001:db8::1", "2001:db9::", "::ffff:10.0.0.1"),
  );
  fc.assert(
    fc.property(address, address, fc.nat(128), (base, tried, length) => {
      const of = parseIpAddress(base);
      const other = parseIpAddress(tried);
      if (of === null || other === null) throw new Error("no address");
      const prefix = Math.min(length, 8 * of.length);
      const fault = faultOf(`${formatIpAddress(of)}/${prefix}`);
      const written = /write (\S+) for the network/.exec(fault)?.[1] ?? `${formatIpAddress(of)}/${prefix}`;
      const list = new BlockList();
      const family = (bytes: readonly number[]) => (bytes.length === 4 ? "ipv4" : "ipv6");
      list.addSubnet(written.split("/")[0] as string, prefix, family(of));
      const expected = of.length === other.length && list.check(formatIpAddress(other), family(other));
      expect(networkHas(networkOf(written), other)).toBe(expected);
    }),
    { numRuns: 2_000 },
  );
});
