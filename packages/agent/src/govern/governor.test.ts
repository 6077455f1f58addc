import { fingerprintText } from "@masthead/shared/policy/redacted-text";
import { expect, test } from "vitest";
import { ElementAction, ElementFlag, RecordFlag, RecordTiming } from "../decode/record-enums.js";
import { govern, type Header, type Spec } from "../testing/govern.js";
import { requestRecord, responseRecord } from "../testing/record-writer.js";

const {
  ELEMENT_KEEP: KEEP,
  ELEMENT_MASK: MASK,
  ELEMENT_FINGERPRINT: FINGERPRINT,
  ELEMENT_PRESENCE: PRESENCE,
} = ElementAction;

const keep = (name: string, maxLength = 128) => ({ name, action: "keep" as const, maxLength });

test("kept values are themselves, the others say what they are, and what is not asked for is not there", () => {
  const { one } = govern({
    one: {
      headers: {
        request: [
          keep("x-a"),
          { name: "authorization", action: "fingerprint" },
          { name: "x-masked", action: "mask" },
          { name: "cookie", action: "presence" },
        ],
        response: [keep("content-type")],
      },
    },
    // Lower, so it does not govern; the kernel may send what it asks all the same.
    two: { priority: -5, match: { paths: ["/x"] }, headers: { request: [keep("x-b")] } },
  });
  const hash = Buffer.from("00112233445566778899aabbccddeeff", "hex");
  const exchange = one(
    {
      headers: [
        ["x-a", KEEP, "first"],
        ["x-a", KEEP, "second"],
        ["authorization", FINGERPRINT, hash, { scheme: 2 }],
        ["authorization", FINGERPRINT],
        ["authorization", PRESENCE, "", { scheme: 2, valueLength: 40 }],
        ["x-masked", MASK, "abcdwxyz"],
        ["x-masked", MASK],
        ["cookie", PRESENCE, "", { valueLength: 17 }],
        ["x-b", KEEP, "not for this policy"],
      ],
    },
    { headers: [["content-type", KEEP, "text/html"]] },
  );
  expect(exchange?.requestHeaders).toEqual({
    "x-a": ["first", "second"],
    authorization: [fingerprintText("0badcafe", hash), "fp:truncated"],
    "x-masked": ["mask:abcd…wxyz", "mask:…"],
    cookie: ["present::17"],
  });
  expect(exchange?.responseHeaders).toEqual({ "content-type": ["text/html"] });
  expect(exchange).toMatchObject({ policy: { name: "one", revision: 1, report: true }, flags: [] });
});

test("the first policy by priority, then name, that takes the exchange governs it whole", () => {
  const { one, stream, exchanges } = govern({
    zebra: { priority: 10, match: { hosts: ["*.example.com"], methods: ["POST"] } },
    beta: { match: { paths: ["/v1/**"] } },
    alpha: { match: { paths: ["/v1/**", "/v2"] } },
    client: { priority: 99, match: { roles: ["client"] } },
    last: { priority: -1, targets: [{ port: 443 }] },
  });
  // Items by policy in order: client, then what the three without targets share, then port 443.
  const item = { server: 0b010n, client: 0b011n };
  const by = (request: Parameters<typeof one>[0]) => one({ governed: item.server, ...request })?.policy.name;
  const host = (value: string): Header[] => [["host", KEEP, value]];
  expect(by({ method: "POST", path: "/v1/x", headers: host("API.example.com:8443") })).toBe("zebra");
  expect(by({ path: "/v1/x", headers: host("api.example.com") })).toBe("alpha");
  expect(by({ method: "POST", path: "/v2" })).toBe("alpha");
  expect(by({ governed: item.client, role: 2, path: "/v2" })).toBe("client");
  one({ governed: item.server, path: "/elsewhere" });
  expect(exchanges).toHaveLength(4);
  expect(stream.pairing.ungoverned).toBe(1);
});

test("an exchange is governed by the generation of its request, under load as well", () => {
  const { feed, exchanges, apply, lost } = govern({ before: {} });
  feed(requestRecord({ generation: 1 }));
  apply(2, { after: {} });
  feed(responseRecord({ generation: 1 }), requestRecord({ generation: 2, exchange: 1 }));
  feed(responseRecord({ generation: 2, exchange: 1 }));
  expect(exchanges.map(({ policy }) => policy.name)).toEqual(["before", "after"]);
  feed(requestRecord({ generation: 77, exchange: 2 }));
  expect(lost()).toEqual({ "decode/malformed": 1 });
});

test("the tenant is what the first rule says that answers", () => {
  const { one } = govern({
    one: {
      tenant: [{ header: "x-client-id" }, { fingerprint: "authorization" }, { host: "*.example.com" }],
    },
  });
  const hash = Buffer.alloc(16, 0xab);
  const tenant = (...headers: Header[]) => one({ headers })?.tenant;
  const host: Header = ["host", KEEP, "acme.example.com:443"];
  const fingerprint: Header = ["authorization", FINGERPRINT, hash];
  expect(tenant(host, fingerprint, ["x-client-id", KEEP, "t1"], ["x-client-id", KEEP, "t2"])).toBe("t1");
  expect(tenant(host, fingerprint, ["x-client-id", KEEP, ""])).toBe(fingerprintText("0badcafe", hash));
  expect(tenant(host)).toBe("acme");
  expect(tenant(["host", KEEP, "example.org"])).toBe("unattributed");
  expect(tenant()).toBe("unattributed");
  expect(tenant(["x-client-id", KEEP, "x".repeat(128)])).toBe("x".repeat(128));
  expect(tenant(host, ["x-client-id", KEEP, "x".repeat(129)])).toBe("invalid");
  expect(tenant(host, ["x-client-id", KEEP, "a\tb"])).toBe("invalid");
  expect(tenant(["x-client-id", KEEP, Buffer.from([0x61, 0xff])])).toBe("invalid");
  expect(tenant(["x-client-id", KEEP, "cut", { flags: ElementFlag.ELEMENT_TRUNCATED }])).toBe("invalid");
  for (const dots of [".", ".."]) expect(tenant(["x-client-id", KEEP, dots])).toBe("invalid");
  expect(tenant(["x-client-id", KEEP, "..."])).toBe("...");
  expect(tenant(["authorization", FINGERPRINT])).toBe("invalid");
  expect(tenant(["x-client-id", KEEP, "grüße"])).toBe("grüße");
});

test("what is only read for a purpose is not shown", () => {
  const { one } = govern({
    one: {
      tenant: [{ header: "x-client-id" }, { host: "*.example.com" }],
      dimensions: ["x-model-id", "x-region"],
      measures: [{ header: "x-tokens" }, { header: "x-cost", from: "request" }],
    },
  });
  const exchange = one(
    {
      headers: [
        ["x-client-id", KEEP, "acme"],
        ["x-model-id", KEEP, "m1"],
        ["x-cost", KEEP, "1.5"],
        ["host", KEEP, "h.example.com"],
      ],
    },
    {
      headers: [
        ["x-tokens", KEEP, "40"],
        ["x-tokens", KEEP, "2"],
        ["x-tokens", KEEP, "many"],
      ],
    },
  );
  expect(exchange).toMatchObject({
    tenant: "acme",
    dimensions: { "x-model-id": "m1", "x-region": null },
    measures: { "x-tokens": 42, "x-cost": 1.5 },
    flags: ["measure_not_numeric"],
  });
  expect([exchange?.requestHeaders, exchange?.responseHeaders, exchange?.serverAddress]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test("the server's address is shown where the policy keeps host", () => {
  const { one } = govern({ one: { headers: { request: [keep("host")] } } });
  expect(one({ headers: [["host", KEEP, "api.example.com:8443"]] })?.serverAddress).toBe(
    "api.example.com:8443",
  );
});

test("values are cut where the governing policy says, between characters, and flagged", () => {
  const { one } = govern({ one: { headers: { request: [keep("x-a", 4)] } } });
  const cut = one({ headers: [["x-a", KEEP, "abcé and more"]] });
  expect([cut?.requestHeaders, cut?.flags]).toEqual([{ "x-a": ["abc"] }, ["value_truncated"]]);
  const escaped = one({ path: Buffer.from([0x2f, 0xff]) });
  expect([escaped?.path, escaped?.flags]).toEqual(["/\\xff", ["escaped"]]);
});

test("control characters in what is read in clear are flagged, and shown as they were sent", () => {
  const { one } = govern({ one: { headers: { request: [keep("x-a")], response: [keep("x-b")] } } });
  expect(one({ headers: [["x-a", KEEP, "tab\there"]] })?.flags).toEqual([]);
  expect(one({ headers: [["x-a", KEEP, "one\rx-c: two"]] })).toMatchObject({
    requestHeaders: { "x-a": ["one\rx-c: two"] },
    flags: ["control_characters"],
  });
  expect(one({ path: Buffer.from("/a\x7f") })?.flags).toEqual(["control_characters"]);
  expect(one({ path: Buffer.from("/a\0") })).toMatchObject({
    ...{ path: "/a\\x00", flags: ["escaped", "control_characters"] },
  });
  expect(one({ path: Buffer.from("/again") })?.flags).toEqual([]);
});

test("of the query the governing policy shows what it asks, not what another asked the kernel for", () => {
  const query = "page=2&Token&size=10&a=b";
  const shown = (spec: Spec["query"]) => govern({ one: { query: spec } }).one({ query })?.query;
  expect(shown(undefined)).toBeUndefined();
  expect(shown({ action: "names" })).toBe("page&Token&size&a");
  expect(shown({ action: "names", keep: ["page"] })).toBe("page=2&Token&size&a");
  expect(shown({ action: "keep", keep: ["size", "page"] })).toBe("page=2&size=10");
  expect(shown({ action: "keep", keep: ["other"] })).toBeUndefined();
});

test("of what was measured the governing policy shows what it asks and what is known, in microseconds", () => {
  const { TIMING_ARRIVAL: arrival, TIMING_NETWORK: network, TIMING_CPU: cpu } = RecordTiming;
  const numbers = { arrivalDelayNs: 1_999, threadCpuNs: 5_000, rttUs: 70, retransmits: 3 };
  const shown = (timings: Spec["timings"], known: number, threadsServe = true) => {
    const exchange = govern({ one: { timings } }, () => threadsServe).one(
      { path: "/a", timings: { known: known & arrival, ...numbers } },
      { timings: { known: known & ~arrival, ...numbers } },
    );
    expect(exchange?.path).toBe("/a");
    const { arrivalDelayUs, threadCpuUs, rttUs, retransmits } = exchange ?? {};
    return [arrivalDelayUs, threadCpuUs, rttUs, retransmits];
  };
  const all: Spec["timings"] = ["arrival", "network", "cpu"];
  expect(shown(all, arrival | network | cpu)).toEqual([1, 5, 70, 3]);
  expect(shown(all, cpu)).toEqual([undefined, 5, undefined, undefined]);
  expect(shown(all, 0)).toEqual([undefined, undefined, undefined, undefined]);
  expect(shown(["network"], arrival | network | cpu)).toEqual([undefined, undefined, 70, 3]);
  expect(shown(undefined, arrival | network | cpu)).toEqual([undefined, undefined, undefined, undefined]);
  expect(shown(all, arrival | network | cpu, false)).toEqual([1, undefined, 70, 3]);
});

test("a request beyond a budget gives what usage is made of, and says that it is counted only", () => {
  const { one } = govern({
    one: {
      budget: { recordsPerSecond: 5 },
      tenant: [{ header: "x-client" }],
      dimensions: ["x-model"],
      measures: [{ header: "x-tokens" }],
      clientAddress: { header: "x-forwarded-for", trustedProxies: ["127.0.0.0/8"] },
    },
  });
  const flags = RecordFlag.RECORD_COMPLETE | RecordFlag.RECORD_COUNTED;
  const exchange = one(
    {
      flags,
      headers: [
        ["x-client", KEEP, "acme"],
        ["x-model", KEEP, "large"],
      ],
    },
    { flags, headers: [["x-tokens", KEEP, "17"]] },
  );
  expect(exchange).toMatchObject({
    countedOnly: true,
    tenant: "acme",
    dimensions: { "x-model": "large" },
    measures: { "x-tokens": 17 },
    policy: { recordsPerSecond: 5 },
    flags: ["counted_only"],
  });
  expect(exchange?.clientAddress).toBeUndefined();
});
