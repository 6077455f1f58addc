import { createServer } from "node:net";
import { expect, test } from "vitest";
import { firstEphemeralPort, freeLoopbackPort, isPortFree } from "./free-port.js";

test("a free port is none that the kernel might give to a connection meanwhile", async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, freeLoopbackPort));
  for (const port of ports) expect(port).toBeLessThan(firstEphemeralPort());
  expect(new Set(ports).size).toBeGreaterThan(10);
});

test("a port on which somebody listens is not free", async () => {
  const port = await freeLoopbackPort();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  expect(await isPortFree(port, "127.0.0.1")).toBe(false);
  await new Promise((resolve) => server.close(resolve));
  expect(await isPortFree(port, "127.0.0.1")).toBe(true);
});
