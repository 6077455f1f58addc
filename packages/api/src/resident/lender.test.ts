import { describe, expect, it } from "vitest";
import { createLender } from "./lender.js";

const gate = () => {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
};

describe("a lender", () => {
  it("never lends more than it may, serves in turn, and closes all when the last came back", async () => {
    let made = 0;
    const closed: number[] = [];
    const lender = createLender({
      max: 2,
      open: () => ++made,
      close: async (thing: number) => {
        closed.push(thing);
      },
    });
    const first = gate();
    const order: string[] = [];
    const loans = ["a", "b", "c", "d"].map((name) =>
      lender.lend(async (thing) => {
        order.push(`${name}${thing}`);
        await first.opened;
        return thing;
      }),
    );
    await Promise.resolve();
    expect([made, order]).toEqual([2, ["a1", "b2"]]);
    const closing = lender.close();
    first.open();
    expect(await Promise.all(loans)).toEqual([1, 2, 1, 2]);
    await closing;
    expect(closed.sort()).toEqual([1, 2]);
  });

  it("gets back what a failed borrower had", async () => {
    const lender = createLender({ max: 1, open: () => "thing", close: async () => {} });
    await expect(lender.lend(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await lender.lend(async (thing) => thing)).toBe("thing");
  });
});
