import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freeLoopbackPort } from "@masthead/infra/free-port";
import { afterEach, describe, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { startProgram } from "../support/program.js";

const START = fileURLToPath(new URL("../../infra/start.mjs", import.meta.url));
const isRoot = process.getuid?.() === 0;
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** What `npm start` says when it does not start. */
const refusal = async (
  environment: Record<string, string>,
  through: readonly string[] = [],
): Promise<{ how: string; errors: string; lines: string[] }> => {
  const [command = "", ...args] = [...through, process.execPath, START];
  const home = cleanup.folder();
  const port = String(await freeLoopbackPort());
  const program = startProgram(command, args, {
    env: { PATH: process.env.PATH, MASTHEAD_HOME: home, MASTHEAD_PORT: port, ...environment },
  });
  const how = await program.ended;
  return { how, errors: program.errors(), lines: program.lines };
};

describe("npm start, in one sentence and before it installs anything,", () => {
  it("says that the port is taken, and what to do", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    cleanup.add(() => new Promise((resolve) => server.close(resolve)));
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    const port = typeof address === "object" ? String(address?.port) : "";
    expect(await refusal({ MASTHEAD_PORT: port })).toEqual({
      how: "exit code 1",
      errors: `Port ${port} on 127.0.0.1 is taken: stop what uses it, or set MASTHEAD_PORT to a free port.\n`,
      lines: [],
    });
  });

  it("says that another run has this home", async () => {
    const home = cleanup.folder();
    const ticks = readFileSync("/proc/self/stat", "utf8").split(") ").at(-1)?.split(" ")[19];
    mkdirSync(join(home, "run"));
    writeFileSync(join(home, "run/supervisor.pid"), `${process.pid}\n${ticks}\n`);
    const { how, errors } = await refusal({ MASTHEAD_HOME: home });
    expect(how).toBe("exit code 1");
    expect(errors).toBe(
      `Masthead already runs with ${home} (process ${process.pid}): stop that one, or set MASTHEAD_HOME to another folder.\n`,
    );
  });

  it("says that an address is not one of this host", async () => {
    const { how, errors } = await refusal({ MASTHEAD_HOST: "192.0.2.1" });
    expect(how).toBe("exit code 1");
    expect(errors).toMatch(
      /^Cannot listen on 192\.0\.2\.1 .*: set MASTHEAD_HOST to an address of this host\.\n$/,
    );
  });

  it("says that a port is no number", async () => {
    const { how, errors } = await refusal({ MASTHEAD_PORT: "http" });
    expect(how).toBe("exit code 1");
    expect(errors).toBe("MASTHEAD_PORT is not a port: set it to a number from 1 to 65535.\n");
  });

  it.runIf(isRoot)("says on another system what it runs on", async () => {
    const release = join(cleanup.folder(), "os-release");
    writeFileSync(release, 'ID=ubuntu\nVERSION_ID="24.04"\nPRETTY_NAME="Ubuntu 24.04 LTS"\n');
    const onUbuntu = [
      "unshare",
      "--mount",
      "sh",
      "-c",
      `mount --bind ${release} /etc/os-release && exec "$@"`,
      "sh",
    ];
    const { how, errors } = await refusal({}, onUbuntu);
    expect(how).toBe("exit code 1");
    expect(errors).toBe(
      "Masthead sets itself up on Debian 12 and 13, and this is Ubuntu 24.04 LTS: run it on such a host, a virtual machine will do.\n",
    );
  });
});

describe("npm start, with servers of somebody else's,", () => {
  it("says that NATS lacks its credentials, before it makes a cluster", async () => {
    const home = cleanup.folder();
    const { how, errors } = await refusal({ MASTHEAD_HOME: home, MASTHEAD_NATS_URL: "nats://127.0.0.1:1" });
    expect(how).toBe("exit code 1");
    expect(errors).toMatch(/^MASTHEAD_NATS_URL needs MASTHEAD_NATS_CREDENTIALS: /);
    expect(readdirSync(home)).not.toContain("postgres");
  });

  it("says by which variable it has the database that does not answer, and not its password", async () => {
    const { how, errors } = await refusal({
      MASTHEAD_DATABASE_URL: "postgres://owner:canary-password@127.0.0.1:1/masthead",
    });
    expect(how).toBe("exit code 1");
    expect(errors).toMatch(/^MASTHEAD_DATABASE_URL: this database cannot be used: connect ECONNREFUSED/);
    expect(errors).not.toContain("canary-password");
  });
});
