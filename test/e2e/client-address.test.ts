import { execFileSync } from "node:child_process";
import { type ExchangeItem, exchangeItemSchema } from "@masthead/shared/http/exchange-item";
import type { CapturePolicyInput } from "@masthead/shared/policy/schema";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { type HttpsServer, startNginx, startPythonServer } from "../support/https-servers.js";
import { targetsForAll } from "../support/targets.js";
import { startAttachedTrace } from "../support/trace.js";
import { until } from "../support/until.js";

let cleanup: Cleanup;
beforeEach(() => {
  cleanup = new Cleanup();
});
afterEach(() => cleanup.run());

type ClientAddress = NonNullable<CapturePolicyInput["spec"]["clientAddress"]>;

/** A request over TLS from an address of this host's loopback network; `headers` as they are sent. */
const ask = (from: string, url: string, ...headers: string[]): void => {
  const sent = headers.flatMap((header) => ["--header", header]);
  const plain = [
    "-q",
    "--silent",
    "--show-error",
    "--insecure",
    "--http1.1",
    "--noproxy",
    "*",
    "--max-time",
    "60",
  ];
  execFileSync("curl", [...plain, "--interface", from, ...sent, url], {
    stdio: ["ignore", "ignore", "pipe"],
  });
};

/** Exchanges of these servers, at both ends, as `trace --json` shows them. */
const traced = async (
  servers: readonly HttpsServer[],
  clientAddress: ClientAddress,
  expected: number,
  traffic: () => void,
) => {
  const trace = await startAttachedTrace(cleanup, { clientAddress, targets: targetsForAll(servers) });
  const ports = servers.map(({ port }) => port);
  const ours = (): ExchangeItem[] =>
    trace.lines
      .map((line) => exchangeItemSchema.parse(JSON.parse(line)))
      .filter(({ role, attributes }) =>
        ports.includes(Number(attributes[role === "server" ? "network.local.port" : "network.peer.port"])),
      );
  traffic();
  await until("the exchanges at both ends", () => ours().length >= expected);
  const items = ours();
  const clientOf = (role: string, path: string) =>
    items
      .filter((item) => item.role === role && item.attributes["url.path"] === path)
      .map(({ attributes }) => [attributes["client.address"], attributes["network.peer.address"]]);
  return { clientOf, items, printed: JSON.stringify(items) };
};

const LIST = "x-forwarded-for: 203.0.113.9, 198.51.100.1";

it("a trusted peer says who the client is, in the header that the policy names; the header stays unseen", async () => {
  const server = await startNginx(cleanup);
  const url = `https://127.0.0.1:${server.port}`;
  const trusting: ClientAddress = { header: "x-forwarded-for", trustedProxies: ["127.0.0.1", "10.0.0.0/8"] };
  const { clientOf, printed, items } = await traced([server], trusting, 12, () => {
    ask("127.0.0.1", `${url}/one`, LIST);
    ask("127.0.0.1", `${url}/lines`, LIST, "X-Forwarded-For: 2001:DB8::1", "X-FORWARDED-FOR: 10.1.2.3");
    ask("127.0.0.1", `${url}/other`, "forwarded: for=203.0.113.9");
    ask("127.0.0.1", `${url}/hidden`, `${LIST}, unknown`);
    ask("127.0.0.1", `${url}/long`, `x-forwarded-for: ${"203.0.113.9, ".repeat(400)}198.51.100.1`);
    // Not at the address of a proxy.
    ask("127.0.0.2", `${url}/spoofed`, LIST);
  });
  expect(clientOf("server", "/one")).toEqual([["198.51.100.1", "127.0.0.1"]]);
  expect(clientOf("server", "/lines")).toEqual([["2001:db8::1", "127.0.0.1"]]);
  expect(clientOf("server", "/other")).toEqual([["127.0.0.1", "127.0.0.1"]]);
  expect(clientOf("server", "/hidden")).toEqual([["127.0.0.1", "127.0.0.1"]]);
  expect(clientOf("server", "/long")).toEqual([["127.0.0.1", "127.0.0.1"]]);
  expect(clientOf("server", "/spoofed")).toEqual([["127.0.0.2", "127.0.0.2"]]);
  // What curl sent is no word about curl.
  expect(clientOf("client", "/one")).toEqual([["127.0.0.1", "127.0.0.1"]]);
  expect(printed).not.toContain("203.0.113.9");
  expect(printed).not.toContain("http.request.header");
  const flagged = items.filter(({ attributes }) => attributes["capture.flags"] !== undefined);
  expect(
    flagged.map(({ role, attributes }) => [role, attributes["url.path"], attributes["capture.flags"]]),
  ).toEqual([
    ["server", "/hidden", ["client_unresolved"]],
    ["server", "/long", ["client_unresolved"]],
  ]);
});

it("a peer that the policy does not name says nothing", async () => {
  const server = await startPythonServer(cleanup);
  const others: ClientAddress = { header: "x-forwarded-for", trustedProxies: ["10.0.0.0/8", "::1"] };
  const { clientOf, printed } = await traced([server], others, 2, () => {
    ask("127.0.0.1", `https://127.0.0.1:${server.port}/one`, LIST);
  });
  expect(clientOf("server", "/one")).toEqual([["127.0.0.1", "127.0.0.1"]]);
  expect(printed).not.toMatch(/203\.0\.113\.9|198\.51\.100\.1/);
});

it.each<[ClientAddress["header"], string, string]>([
  ["x-forwarded-for", "$proxy_add_x_forwarded_for", LIST],
  [
    "forwarded",
    '"$http_forwarded, for=\\"$remote_addr:$remote_port\\";proto=https"',
    "forwarded: for=203.0.113.9",
  ],
])("a real proxy's word in %s outdoes what its client wrote there", async (header, value, spoofed) => {
  const behind = await startPythonServer(cleanup);
  const proxy = await startNginx(cleanup, {
    server: `location = /through {
      proxy_pass https://127.0.0.1:${behind.port};
      proxy_set_header ${header} ${value};
    }`,
  });
  const trusting: ClientAddress = { header, trustedProxies: ["127.0.0.1"] };
  const { clientOf, printed } = await traced([proxy, behind], trusting, 4, () => {
    ask("127.0.0.2", `https://127.0.0.1:${proxy.port}/through`, spoofed);
  });
  expect(clientOf("server", "/through").sort()).toEqual([
    ["127.0.0.2", "127.0.0.1"],
    ["127.0.0.2", "127.0.0.2"],
  ]);
  expect(printed).not.toContain("203.0.113.9");
});
