import { readFileSync } from "node:fs";
import { policySet } from "@masthead/agent/testing/policies";
import { freeLoopbackPort } from "@masthead/infra/free-port";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { captureClearText } from "../support/clear-text.js";
import { connectionTo } from "../support/go-exchanges.js";
import { startNginx } from "../support/https-servers.js";
import { until } from "../support/until.js";

/** A gateway's connections, of which a policy asks about those of one role; and then about all. */

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** nginx with TLS that passes requests on to itself, in clear over one connection. */
const startGateway = async () => {
  const upstream = await freeLoopbackPort();
  const { port, pid } = await startNginx(cleanup, {
    http: `upstream orders { server 127.0.0.1:${upstream}; keepalive 1; } server { listen 127.0.0.1:${upstream}; location / { return 204; } }`,
    server: `location /v1/ { proxy_pass http://orders; proxy_http_version 1.1; proxy_set_header Connection ""; }`,
  });
  const worker = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8"));
  return { port, upstream, worker };
};

test.each(["server", "client"] as const)(
  "a policy asks about the %s's side only: connections of the other side are told once one asks about them",
  async (role) => {
    const { seen, tables } = captureClearText(cleanup);
    const { port, upstream, worker } = await startGateway();
    const connection = connectionTo(port);
    cleanup.add(() => connection.end());
    const get = (paths: string[]) => connection.get(paths.map((path) => ({ path, id: path })));
    const heads = () => seen.filter(({ pid }) => pid === worker);
    const toldOf = (of: "server" | "client", end: number) =>
      heads()
        .filter((head) => head.role === of && head.ports.includes(end))
        .map(({ what }) => what);
    const sides = () => [toldOf("server", port), toldOf("server", upstream), toldOf("client", upstream)];
    const told = (paths: string[]) => paths.flatMap((path) => [path, "204"]);

    tables.apply(policySet(2, { one: { targets: [{ role }] } }));
    const first = ["/v1/1", "/v1/2", "/v1/3"];
    await get(first);
    tables.apply(policySet(3, { one: {} }));
    const later = ["/v1/4", "/v1/5"];
    await get(later);

    const whole = told([...first, ...later]);
    const expected = role === "server" ? [whole, whole, told(later)] : [told(later), told(later), whole];
    await until("the last answer", () =>
      sides().every((side, at) => side.length >= (expected[at]?.length ?? 0)),
    );
    expect(sides()).toEqual(expected);
    const behindGaps = heads().filter(({ flags }) => flags.gap);
    expect(new Set(behindGaps.map(({ role: of }) => of))).toEqual(
      new Set([role === "server" ? "client" : "server"]),
    );
    expect(new Set(behindGaps.map(({ what }) => what))).toEqual(new Set(["/v1/4", "204"]));
    const exchanges = new Map<string, string[]>();
    for (const { connection, exchange, what } of heads()) {
      const key = `${connection}/${exchange}`;
      exchanges.set(key, [...(exchanges.get(key) ?? []), what]);
    }
    for (const [request, response] of exchanges.values())
      expect([request?.[0], response]).toEqual(["/", "204"]);
  },
);
