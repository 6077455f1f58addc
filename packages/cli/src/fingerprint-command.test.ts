import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "./run.js";
import { type FakeApi, runMasthead, startFakeApi } from "./testing/fake-api.js";

let api: FakeApi;
let home: string;
beforeAll(async () => {
  api = await startFakeApi();
  home = mkdtempSync(join(tmpdir(), "masthead-fingerprint-"));
  writeFileSync(join(home, "fingerprint.key"), "000102030405060708090a0b0c0d0e0f\n");
});
afterAll(async () => {
  await api.close();
  rmSync(home, { recursive: true, force: true });
});

const fingerprint = (input: string | null, args: string[] = [], env: NodeJS.ProcessEnv = {}) =>
  runMasthead(api, ["fingerprint", ...args], {
    env: { MASTHEAD_HOME: home, ...env },
    input: async () => (input === null ? null : Buffer.from(input, "latin1")),
  });

/** Under the key 00 01 02 …; packages/shared compares with what the kernel program gives. */
const EXPECTED = /^fp:be45cb26:[0-9a-f]{32}\n$/;

describe("masthead fingerprint", () => {
  it("is of what follows the scheme, less outer blanks and one line's end", async () => {
    const { code, out } = await fingerprint("secret");
    expect(code).toBe(EXIT.done);
    expect(out).toMatch(EXPECTED);
    for (const same of [
      "secret\n",
      "secret\r\n",
      "\t secret  \n",
      "Bearer secret",
      "bearer   secret\n",
      "x secret",
    ])
      expect((await fingerprint(same)).out, JSON.stringify(same)).toBe(out);
    for (const other of ["Secret", "secret x", "Bearer\tsecret", "@ secret", `Bearer ${" ".repeat(8)}secret`])
      expect((await fingerprint(other)).out, JSON.stringify(other)).not.toBe(out);
    expect(JSON.parse((await fingerprint("secret", ["--json"])).out)).toEqual({ fingerprint: out.trim() });
    expect(api.seen).toEqual([]);
  });

  it("is of the whole value of other headers", async () => {
    const whole = await fingerprint("Bearer secret", ["--header", "X-Api-Key"]);
    expect(whole.out).toMatch(EXPECTED);
    expect(whole.out).not.toBe((await fingerprint("Bearer secret")).out);
    expect((await fingerprint("Bearer secret", ["--header", "Proxy-Authorization"])).out).toBe(
      (await fingerprint("secret")).out,
    );
  });

  it("is that of the reference implementation", async () => {
    const bytes = String.fromCharCode(...Array.from({ length: 15 }, (_, i) => i));
    // Its tenth byte is a line feed, so only shorter ones fit in a line.
    expect((await fingerprint(bytes.slice(0, 8), ["--header", "x"])).out.trim()).toBe(
      "fp:be45cb26:3b62a9ba6258f5610f83e264f31497b4",
    );
  });

  it.each<[string | null, string]>([
    [null, "read -rs token"],
    ["", "no credential"],
    [" \n", "no credential"],
    ["a\nb", "more than one line"],
    ["x".repeat(16_385), "16384 bytes"],
  ])("refuses %j", async (input, words) => {
    const { code, error, out } = await fingerprint(input);
    expect([code, out]).toEqual([EXIT.usage, ""]);
    expect(error).toContain(words);
  });

  it("says where the key should be, and never what it is", async () => {
    const file = join(home, "other.key");
    writeFileSync(file, "not a key, but a secret");
    const wrong = await fingerprint("secret", [], { MASTHEAD_FINGERPRINT_KEY: file });
    expect(wrong.code).toBe(EXIT.usage);
    expect(wrong.error).toContain("32 hex digits");
    expect(wrong.error).not.toContain("a secret");
    const missing = await fingerprint("secret", [], { MASTHEAD_FINGERPRINT_KEY: join(home, "none") });
    expect(missing.error).toContain("ENOENT");
    expect(missing.error).toContain("MASTHEAD_FINGERPRINT_KEY");
  });
});
