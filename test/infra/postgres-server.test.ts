import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { type PostgresServer, startPostgres } from "@masthead/infra/embedded-postgres";
import postgres from "postgres";
import { afterEach, describe, expect, it } from "vitest";

const query = async (server: PostgresServer, text: string) => {
  const sql = postgres(server.url, { max: 1 });
  try {
    return (await sql.unsafe(text)) as unknown as Record<string, unknown>[];
  } finally {
    await sql.end();
  }
};

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const folder = (base: string): string => {
  const dir = mkdtempSync(join(base, "masthead-test-"));
  undo.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
};
const start = async (dir: string): Promise<PostgresServer> => {
  const server = await startPostgres({ dir });
  undo.push(() => server.remove());
  return server;
};

describe("the embedded Postgres", () => {
  it("keeps its data, its port and its password over a stop and a crash", async () => {
    const dir = join(folder(tmpdir()), "postgres");
    const first = await start(dir);
    await query(first, "create table kept as select 1 as number");
    await first.stop();
    const second = await start(dir);
    expect(second.url).toBe(first.url);
    await second.kill();
    const third = await start(dir);
    expect(await query(third, "select number from kept")).toEqual([{ number: 1 }]);
  });

  it("stops the server that a killed run left behind", async () => {
    const dir = join(folder(tmpdir()), "postgres");
    const abandoned = await start(dir);
    const next = await start(dir);
    expect(await abandoned.ended).toBe("exit code 0");
    expect(await query(next, "select 1 as number")).toEqual([{ number: 1 }]);
  });

  it("works below a folder that its account cannot enter, and says where the data lies", async () => {
    const dir = join(folder(homedir()), "postgres");
    const server = await start(dir);
    expect(await query(server, "show data_directory")).toEqual([{ data_directory: server.data }]);
    expect(existsSync(server.data)).toBe(true);
    await server.remove();
    expect(existsSync(server.data)).toBe(false);
  });

  it("listens on 127.0.0.1 over TCP alone, and asks for the password", async () => {
    const server = await start(join(folder(tmpdir()), "postgres"));
    expect(await query(server, "show listen_addresses")).toEqual([{ listen_addresses: "127.0.0.1" }]);
    expect(await query(server, "show unix_socket_directories")).toEqual([{ unix_socket_directories: "" }]);
    const wrong = new URL(server.url);
    wrong.password = "wrong";
    const sql = postgres(wrong.href, { max: 1 });
    await expect(sql`select 1`).rejects.toMatchObject({ code: "28P01" });
    await sql.end();
  });
});
