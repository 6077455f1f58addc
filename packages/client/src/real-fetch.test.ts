import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createClient } from "./index.js";

/** Answers whatever is asked with a redirect to itself, and keeps what came. */
let server: Server;
const seen: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    response.writeHead(307, { location: "/elsewhere" });
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

it("the fetch of Node is not led elsewhere with the key", async () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/below/`;
  const client = createClient({ url, key: "mh_secret" });
  await expect(client.usage.query({ groupBy: ["tenant.id"] })).rejects.toMatchObject({ reason: "redirect" });
  expect(seen).toEqual(["POST /below/v1/usage/query"]);
});
