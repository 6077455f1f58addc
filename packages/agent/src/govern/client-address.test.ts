import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ClientAddress, compileClientAddress, type ForwardedLine } from "./client-address.js";

const TRUSTED = ["10.0.0.0/8", "192.0.2.7", "2001:db8:ffff::/48"];
const listed = compileClientAddress({ header: "x-forwarded-for", trustedProxies: TRUSTED });
const forwarded = compileClientAddress({ header: "forwarded", trustedProxies: TRUSTED });

const whole = (value: string): ForwardedLine => ({ value, whole: true });
/** `address`, `address?` where it is unresolved, `peer`, `peer?` */
const followed = (of: ClientAddress, ...lines: (string | ForwardedLine)[]): string => {
  const { address, unresolved } = of.follow(
    lines.map((line) => (typeof line === "string" ? whole(line) : line)),
  );
  return `${address ?? "peer"}${unresolved ? "?" : ""}`;
};

describe("x-forwarded-for", () => {
  test.each([
    ["198.51.100.1", ["198.51.100.1"]],
    ["198.51.100.1", ["6.6.6.6, 198.51.100.1"]],
    ["198.51.100.1", ["6.6.6.6, 198.51.100.1, 10.0.0.3, 192.0.2.7"]],
    ["198.51.100.1", ["6.6.6.6", "198.51.100.1", "10.0.0.3"]],
    ["198.51.100.1", ["6.6.6.6,198.51.100.1\t ,, 10.0.0.3 ,", ""]],
    ["198.51.100.1", ["garbage;;, 198.51.100.1"]],
    ["198.51.100.1", ["198.51.100.1:4711, 10.0.0.3:80"]],
    ["2001:db8::1", ["2001:DB8:0:0::1, 2001:db8:ffff::9"]],
    ["2001:db8::1", ["[2001:db8::1], [2001:db8:ffff::9]:443"]],
    ["198.51.100.1", ["::ffff:198.51.100.1, ::ffff:10.0.0.3"]],
    // All are trusted: the first of them is the client.
    ["10.0.0.1", ["10.0.0.1, 10.0.0.2"]],
    ["peer", []],
    ["peer", ["", ", ,"]],
    // No address where a trusted proxy names the one before it: the last that is known.
    ["peer?", ["198.51.100.1, unknown"]],
    ["10.0.0.3?", ["198.51.100.1, unknown, 10.0.0.3"]],
    ["peer?", ["6.6.6.6, 198.51.100.1x"]],
    ["peer?", ["6.6.6.6, 010.0.0.1"]],
    ["peer?", ["6.6.6.6, 10.0.0.3 10.0.0.4"]],
    ["peer?", ['"198.51.100.1"']],
    ["peer?", ["[198.51.100.1]"]],
    ["peer?", ["198.51.100.1:port"]],
    ["peer?", ["fe80::1%eth0"]],
    ["peer?", [`${"1".repeat(4_000)}:1`]],
  ])("%s of %j", (expected, lines) => {
    expect(followed(listed, ...lines)).toBe(expected);
  });

  test("a line whose end was cut stops the way, and only where it is reached", () => {
    const cut: ForwardedLine = { value: "6.6.6.6, 6.6.6.7", whole: false };
    expect(followed(listed, "198.51.100.1", cut)).toBe("peer?");
    expect(followed(listed, cut, "10.0.0.3")).toBe("10.0.0.3?");
    expect(followed(listed, cut, "198.51.100.1")).toBe("198.51.100.1");
  });

  test("thousands of trusted addresses are not followed", () => {
    expect(followed(listed, Array(500).fill("10.0.0.1").join(","))).toBe("10.0.0.1?");
  });
});

describe("forwarded", () => {
  test.each([
    ["198.51.100.1", ["for=198.51.100.1"]],
    ["198.51.100.1", ["for=6.6.6.6, for=198.51.100.1;proto=https;by=10.0.0.3"]],
    ["198.51.100.1", ['For="198.51.100.1:4711" ; host="a,b;for=6.6.6.6"; by=_x , , FOR=10.0.0.3']],
    ["198.51.100.1", ["for=6.6.6.6", "for=198.51.100.1", 'for="10.0.0.3:_port"']],
    ["198.51.100.1", ["for=198.51.100.1:4711;;"]],
    ["2001:db8::1", ['for="[2001:db8::1]", for="[2001:db8:ffff::9]:80"']],
    ["2001:db8::1", ["for=[2001:db8::1]"]],
    ["198.51.100.1", ['for="198\\.51.100.1"']],
    ["10.0.0.1", ["for=10.0.0.1, for=10.0.0.2"]],
    ["peer", ["", ";, ,;"]],
    ["peer?", ["for=6.6.6.6, for=unknown"]],
    ["10.0.0.3?", ["for=6.6.6.6, for=_hidden, for=10.0.0.3"]],
    ["peer?", ["for=6.6.6.6, by=10.0.0.3"]],
    ["peer?", ["for=6.6.6.6, for="]],
    ["peer?", ['for=6.6.6.6, for=""']],
    ["peer?", ["for=6.6.6.6;for=198.51.100.1"]],
    ["peer?", ["for =198.51.100.1"]],
    ["peer?", ["198.51.100.1"]],
    ["peer?", ['for="198.51.100.1']],
    ["peer?", ['for="198.51.100.1"x']],
    ["peer?", ["for=198.51.100.1 10.0.0.3"]],
    // An open quote of the client must not swallow what a proxy adds to the same line.
    ["peer?", ['for=6.6.6.6;x=", for=198.51.100.1']],
    ["peer?", ['for=6.6.6.6;x=", for="[2001:db8::1]"']],
    ["peer?", ['for=6.6.6.6;x=", for=198.51.100.1;by="[::1]"']],
    ["198.51.100.1", ['for=6.6.6.6;x="', "for=198.51.100.1"]],
  ])("%s of %j", (expected, lines) => {
    expect(followed(forwarded, ...lines)).toBe(expected);
  });
});

const hostile = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(...'0126.:,;="\\[]_ \tfor%'), maxLength: 60 }),
  fc.constantFrom('"', '\\"', 'for="', "for=6.6.6.6;", "for=6.6.6.6,", "unknown", "10.0.0.1", "for=10.0.0.1"),
);
const lines = fc.array(fc.record({ value: hostile, whole: fc.boolean() }), { maxLength: 4 });
const proxies = fc.array(fc.constantFrom("10.0.0.1", "10.255.0.9", "192.0.2.7", "2001:db8:ffff::1"), {
  maxLength: 4,
});
const client = fc.constantFrom("198.51.100.1", "2001:db8::1");
const node = (address: string): string =>
  `for=${address.includes(":") ? `"[${address}]"` : address};proto=https`;
const forms = {
  listed: [listed, (address: string) => address] as const,
  forwarded: [forwarded, node] as const,
};

describe.each(["listed", "forwarded"] as const)("whatever a client sends, %s", (form) => {
  const [of, written] = forms[form];

  test("nothing throws, and what is said is an address or nothing", () => {
    fc.assert(
      fc.property(lines, (sent) => {
        const { address, unresolved } = of.follow(sent);
        expect(typeof unresolved).toBe("boolean");
        if (address !== undefined) expect(address).toMatch(/^[\d.]+$|^[\da-f:]+$/);
      }),
      { numRuns: 5_000 },
    );
  });

  test("what proxies add on lines of their own decides", () => {
    fc.assert(
      fc.property(lines, client, proxies, (sent, address, chain) => {
        const added = [address, ...chain].map((each) => whole(written(each)));
        expect(of.follow([...sent, ...added])).toEqual({ address, unresolved: false });
      }),
      { numRuns: 3_000 },
    );
  });

  test("what proxies add to the client's own line decides, or nothing to the left of them does", () => {
    fc.assert(
      fc.property(hostile, client, proxies, (sent, address, chain) => {
        const line = [sent, ...[address, ...chain].map(written)].join(", ");
        const found = of.follow([whole(line)]);
        if (form === "listed") expect(found).toEqual({ address, unresolved: false });
        else if (found.unresolved) expect(found.address).toBeUndefined();
        else expect(found.address).toBe(address);
      }),
      { numRuns: 5_000 },
    );
  });
});

test("a peer is trusted where it is named", () => {
  expect(["10.1.2.3", "192.0.2.7", "2001:db8:ffff::5"].every((peer) => listed.trusts(peer))).toBe(true);
  expect(["11.1.2.3", "192.0.2.8", "::1", "", "proxy"].some((peer) => listed.trusts(peer))).toBe(false);
});
