import { describe, expect, test } from "vitest";
import { parseWait } from "./thread-wait.js";

describe("what /proc/PID/task/TID/syscall says", () => {
  test("a read of descriptor 3", () => {
    expect(parseWait(7, "0 0x3 0x7f0a 0x5 0x0 0x0 0x0 0x7ffc10 0x7f0b\n")).toEqual({
      ...{ thread: 7, systemCall: 0, arguments: ["0x3", "0x7f0a"], stackPointer: "0x7ffc10" },
    });
  });

  test.each(["running\n", "-1 0x7ffc10 0x7f0b\n", "", "x 0 0 0 0 0 0 0 0"])("nothing of %j", (text) => {
    expect(parseWait(7, text)).toBeUndefined();
  });
});
