import { isIP, SocketAddress } from "node:net";
import fc from "fast-check";
import { expect, it } from "vitest";
import { formatIpAddress, parseIpAddress } from "./ip-address.js";

it.each([
  ["192.0.2.1", "192.0.2.1"],
  ["0.0.0.0", "0.0.0.0"],
  ["::", "::"],
  ["::1", "::1"],
  ["1::", "1::"],
  ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
  ["2001:db8::1:0:0:0:1", "2001:db8:0:1::1"],
  ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
  ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::FFFF:c000:201", "192.0.2.1"],
  ["64:ff9b::192.0.2.1", "64:ff9b::c000:201"],
])("%s is %s", (text, expected) => {
  const address = parseIpAddress(text);
  expect(address && formatIpAddress(address)).toBe(expected);
});

it.each([
  ...[
    "",
    " ",
    "1",
    "1.2.3",
    "1.2.3.4.5",
    "256.1.1.1",
    "01.2.3.4",
    "1.2.3.4 ",
    "1.2.3.0x4",
    "1e1.2.3.4",
    "1.2.3.",
  ],
  ...[
    ":",
    ":::",
    "1:::2",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8:9",
    "g::",
    "12345::",
  ],
  ...[
    "::1.2.3",
    "1.2.3.4::",
    "::1.2.3.4:5",
    "fe80::1%eth0",
    "[::1]",
    "::1/128",
    "localhost",
    "unknown",
    "_hidden",
  ],
])("%j is no address", (text) => {
  expect(parseIpAddress(text)).toBeNull();
});

const text = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.string({ unit: fc.constantFrom(..."0123456789abcdefF:.%") }),
  fc.string(),
);

it("takes what the runtime takes, less zones, and means the same by it", () => {
  fc.assert(
    fc.property(text, (tried) => {
      const address = parseIpAddress(tried);
      const family = tried.includes("%") ? 0 : isIP(tried);
      expect(address !== null).toBe(family !== 0);
      if (address === null) return;
      const formatted = formatIpAddress(address);
      expect(parseIpAddress(formatted)).toEqual(address);
      if (family === 4) expect(formatted).toBe(tried);
      else if (address.length === 16 && !/^::[0-9a-f]{1,4}:[0-9a-f]{1,4}$/.test(formatted))
        // (::/96 is printed by the C library as if it held IPv4)
        expect(formatted).toBe(new SocketAddress({ family: "ipv6", address: tried }).address);
    }),
    { numRuns: 5_000 },
  );
});
