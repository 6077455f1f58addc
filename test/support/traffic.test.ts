import { afterEach, describe, expect, it } from "vitest";
import { Cleanup } from "./cleanup.js";
import { curl, curlMany } from "./curl.js";
import { startNginx, startPythonServer } from "./https-servers.js";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

describe("the traffic of the tests", () => {
  it.each([
    ["nginx", startNginx],
    ["Python", startPythonServer],
  ])("reaches %s with every request answered, whatever its method and headers", async (_name, start) => {
    const server = await start(cleanup);
    const statuses = await curlMany(server.port, 100, 4, (index) => ({
      path: `/v1/orders/${index}?page=${index}`,
      headers: { "x-request-id": `"${index}\\`, cookie: "a=b; c=d" },
      ...(index % 3 === 0 ? { method: "HEAD" } : index % 3 === 1 ? { body: "x=y" } : {}),
    }));
    expect(statuses).toEqual(Array.from({ length: 100 }, () => 200));
  });

  it("says when curl fails", async () => {
    const server = await startNginx(cleanup);
    await server.program.stop("SIGQUIT");
    await expect(curl(server.port, [{ path: "/" }])).rejects.toThrow(/curl failed/);
  });
});
