import { describe, expect, test } from "vitest";
import { ElementAction, ElementFlag, RecordFlag, RecordRole } from "../decode/record-enums.js";
import { govern, type Header, type Spec } from "../testing/govern.js";
import type { MessageFields } from "../testing/record-writer.js";

const { ELEMENT_KEEP: KEEP, ELEMENT_MASK: MASK, ELEMENT_FINGERPRINT: FINGERPRINT } = ElementAction;

const policy: Spec = { clientAddress: { header: "x-forwarded-for", trustedProxies: ["127.0.0.0/8", "::1"] } };
const from = (...peer: number[]): NonNullable<MessageFields["socket"]> => ({
  local: peer.length === 4 ? [127, 0, 0, 1] : new Array(16).fill(1),
  localPort: 443,
  peer,
  peerPort: 50_000,
});
const proxy = from(127, 0, 0, 9);
const forwardedFor = (value: string, more: Header[3] = {}): Header => ["x-forwarded-for", KEEP, value, more];
const client = forwardedFor("6.6.6.6, 198.51.100.1");

test("the client is who a trusted peer says, over all occurrences in order", () => {
  const { one } = govern({ one: policy });
  const clientOf = (...headers: Header[]) => one({ socket: proxy, headers })?.clientAddress;
  expect(clientOf(client)).toBe("198.51.100.1");
  expect(clientOf(client, forwardedFor("2001:db8::1"))).toBe("2001:db8::1");
  expect(clientOf(client, forwardedFor("127.0.0.4"))).toBe("198.51.100.1");
  expect(clientOf()).toBeUndefined();
  expect(clientOf(client)).toBe("198.51.100.1");
});

test("a peer that is not trusted, or not known, says nothing", () => {
  const { one } = govern({ one: policy });
  const seen = (fields: MessageFields) => {
    const exchange = one({ ...fields, headers: [client, forwardedFor("unknown")] });
    return [exchange?.clientAddress, exchange?.flags];
  };
  expect(seen({ connection: 1 })).toEqual([undefined, []]);
  expect(seen({ connection: 2, socket: from(198, 51, 100, 7) })).toEqual([undefined, []]);
  const other = [0x20, 0x01, 0x0d, 0xb8, ...new Array<number>(11).fill(0), 1];
  expect(seen({ connection: 3, socket: from(...other) })).toEqual([undefined, []]);
  expect(seen({ connection: 4, socket: proxy })).toEqual([undefined, ["client_unresolved"]]);
});

test("the peer may become known with the response, and IPv6 and mapped IPv4 are the same peers", () => {
  const { one } = govern({ one: policy });
  expect(one({ headers: [client] }, { socket: proxy })?.clientAddress).toBe("198.51.100.1");
  const loopback = [...new Array<number>(15).fill(0), 1];
  const mapped = [...new Array<number>(10).fill(0), 0xff, 0xff, 127, 0, 0, 9];
  for (const [connection, peer] of [loopback, mapped].entries()) {
    const fields = { connection: 10 + connection, socket: from(...peer), headers: [client] };
    expect(one(fields)?.clientAddress).toBe("198.51.100.1");
  }
});

test("only requests that this host received: a client's own header is nobody's word", () => {
  const { one } = govern({ one: policy });
  const sent = one({ role: RecordRole.ROLE_CLIENT, socket: proxy, headers: [client] });
  expect([sent?.connection.role, sent?.clientAddress, sent?.flags]).toEqual(["client", undefined, []]);
});

test("the other header is not read, and neither where the policy names no proxies", () => {
  const { one } = govern({
    one: { ...policy, headers: { request: [{ name: "forwarded", action: "keep" }] } },
  });
  const headers: Header[] = [["forwarded", KEEP, "for=6.6.6.6"], client];
  expect(one({ socket: proxy, headers })?.clientAddress).toBe("198.51.100.1");
  expect(one({ socket: proxy, headers: headers.slice(0, 1) })?.clientAddress).toBeUndefined();
  const without = govern({ one: { headers: { request: [{ name: "x-forwarded-for", action: "keep" }] } } });
  const shown = without.one({ socket: proxy, headers: [client] });
  expect([shown?.clientAddress, shown?.requestHeaders]).toEqual([
    undefined,
    { "x-forwarded-for": ["6.6.6.6, 198.51.100.1"] },
  ]);
});

test("the governing policy decides, not another one of the process", () => {
  const { one } = govern({ high: { match: { paths: ["/v1/**"] } }, low: { ...policy, priority: -1 } });
  const fields = { socket: proxy, headers: [client] };
  expect(one({ ...fields, path: "/v1/x" })?.clientAddress).toBeUndefined();
  expect(one({ ...fields, path: "/v2" })?.clientAddress).toBe("198.51.100.1");
});

describe("the header is shown as `headers` asks, or not at all", () => {
  const hash = Buffer.alloc(16, 0xab);
  test.each<[NonNullable<NonNullable<Spec["headers"]>["request"]>[number] | null, Header[], unknown]>([
    [null, [], undefined],
    [
      { name: "x-forwarded-for", action: "mask" },
      [["x-forwarded-for", MASK, "6.6.00.1"]],
      { "x-forwarded-for": ["mask:6.6.…00.1"] },
    ],
    [
      { name: "x-forwarded-for", action: "fingerprint" },
      [["x-forwarded-for", FINGERPRINT, hash]],
      { "x-forwarded-for": [`fp:0badcafe:${hash.toString("hex")}`] },
    ],
    [
      { name: "x-forwarded-for", action: "presence" },
      [["x-forwarded-for", ElementAction.ELEMENT_PRESENCE, "", { valueLength: 21 }]],
      { "x-forwarded-for": ["present::21"] },
    ],
    [{ name: "x-forwarded-for", action: "keep", maxLength: 7 }, [], { "x-forwarded-for": ["6.6.6.6"] }],
  ])("%j", (rule, more, shown) => {
    const { one } = govern({ one: { ...policy, ...(rule && { headers: { request: [rule] } }) } });
    const exchange = one({ socket: proxy, headers: [client, ...more] });
    expect([exchange?.clientAddress, exchange?.requestHeaders]).toEqual(["198.51.100.1", shown]);
  });
});

// What a client can bring about must not choose its address: the last line may be one that was not seen.
test.each([
  "RECORD_TRUNCATED",
  "RECORD_GAP_BEFORE",
  "RECORD_OBS_FOLD",
  "RECORD_BARE_LF",
  "RECORD_LENGTH_CONFLICT",
  "RECORD_MALFORMED",
] as const)("a head that is %s is not believed", (name) => {
  const { one } = govern({ one: policy });
  const exchange = one({
    flags: RecordFlag[name] | RecordFlag.RECORD_COMPLETE,
    socket: proxy,
    headers: [client],
  });
  expect(exchange?.clientAddress).toBeUndefined();
  expect(exchange?.flags).toContain("client_unresolved");
});

test("a connection that is older than the agent is believed", () => {
  const { one } = govern({ one: policy });
  const flags = RecordFlag.RECORD_MID_STREAM | RecordFlag.RECORD_COMPLETE;
  expect(one({ flags, socket: proxy, headers: [client] })?.clientAddress).toBe("198.51.100.1");
});

test("a value whose end was cut is not believed, and one that is no text is no address", () => {
  const { one } = govern({ one: policy });
  const seen = (...headers: Header[]) => {
    const exchange = one({ socket: proxy, headers });
    return [exchange?.clientAddress, exchange?.flags];
  };
  const cut = forwardedFor("6.6.6.6", { flags: ElementFlag.ELEMENT_TRUNCATED });
  expect(seen(cut)).toEqual([undefined, ["client_unresolved"]]);
  expect(seen(cut, forwardedFor("198.51.100.1"))).toEqual(["198.51.100.1", []]);
  const bytes: Header = ["x-forwarded-for", KEEP, Buffer.from([0xff, 0x2c, 0x31])];
  expect(seen(bytes)).toEqual([undefined, ["client_unresolved"]]);
});
