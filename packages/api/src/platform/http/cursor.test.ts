import { describe, expect, it } from "vitest";
import { z } from "zod";
import { decodeCursor, encodeCursor, queryFingerprint } from "./cursor.js";
import { ApiError } from "./problem.js";

const position = z.tuple([z.int(), z.string()]);
const query = queryFingerprint({ from: "a", to: "b", tenant: ["x"] });

const codeOf = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return error instanceof ApiError ? error.code : error;
  }
};

describe("cursors", () => {
  it("come back as they were", () => {
    const cursor = encodeCursor(query, [5, "ü/+"]);
    expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(decodeCursor(query, cursor, position)).toEqual([5, "ü/+"]);
  });

  it("hold for a query whose fields stand in another order, and for other limits", () => {
    expect(
      queryFingerprint({ tenant: ["x"], to: "b", from: "a", limit: 7, cursor: "z", host: undefined }),
    ).toBe(query);
  });

  it("are refused for another query", () => {
    const other = queryFingerprint({ from: "a", to: "c", tenant: ["x"] });
    expect(codeOf(() => decodeCursor(other, encodeCursor(query, [5, "x"]), position))).toBe("invalid_cursor");
  });

  it.each(["", "%", "bm90IGpzb24", Buffer.from("[]").toString("base64url"), "A".repeat(5_000)])(
    "are refused when malformed: %s",
    (text) => {
      expect(codeOf(() => decodeCursor(query, text, position))).toBe("invalid_cursor");
    },
  );

  it("are refused with a position of another shape", () => {
    expect(codeOf(() => decodeCursor(query, encodeCursor(query, ["5", 1]), position))).toBe("invalid_cursor");
  });
});
