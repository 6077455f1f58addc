import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decodeGzipJson, encodeGzipJson, GzipJsonError, gunzipBounded } from "./gzip-json.js";

const faultOf = async (decoding: Promise<unknown>): Promise<unknown> =>
  decoding.then(
    () => "none",
    (error: unknown) => (error instanceof GzipJsonError ? error.fault : error),
  );

describe("gzip JSON", () => {
  it("comes back, small and large", async () => {
    for (const value of [null, "", { a: ["ü", 1] }, { text: "x".repeat(1_000_000) }]) {
      const bytes = await encodeGzipJson(value);
      expect(await decodeGzipJson(bytes, 2_000_000)).toEqual(value);
    }
  });

  it("is refused beyond its bound, to the byte", async () => {
    const bytes = gzipSync(JSON.stringify("x".repeat(998)));
    expect(await decodeGzipJson(bytes, 1_000)).toHaveLength(998);
    expect(await faultOf(decodeGzipJson(bytes, 999))).toBe("too_large");
  });

  it("is refused as a bomb without holding what it inflates to", async () => {
    const bomb = gzipSync(Buffer.alloc(256 * 1024 * 1024), { level: 9 });
    const before = process.memoryUsage().arrayBuffers;
    expect(await faultOf(gunzipBounded(bomb, 1024 * 1024))).toBe("too_large");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  });

  it("is refused when it is cut, damaged or something else", async () => {
    const bytes = new Uint8Array(gzipSync(JSON.stringify({ a: "b".repeat(100) })));
    for (let length = 0; length < bytes.length; length++)
      expect(await faultOf(decodeGzipJson(bytes.subarray(0, length), 1_000)), `${length}`).toBe("not_gzip");
    const damaged = Uint8Array.from(bytes);
    damaged[damaged.length - 5] = (damaged[damaged.length - 5] as number) ^ 1;
    expect(await faultOf(decodeGzipJson(damaged, 1_000))).toBe("not_gzip");
    expect(await faultOf(decodeGzipJson(new TextEncoder().encode("{}"), 1_000))).toBe("not_gzip");
    expect(await faultOf(decodeGzipJson(gzipSync("{"), 1_000))).toBe("not_json");
    expect(await faultOf(decodeGzipJson(gzipSync(Uint8Array.of(0x22, 0xff, 0x22)), 1_000))).toBe("not_utf8");
  });
});
