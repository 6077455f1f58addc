import { describe, expect, test } from "vitest";
import { decode } from "../sites/instructions.js";
import { keptArguments } from "./kept-arguments.js";

/** What assemblers call these bytes. */
const CHECK = [0x49, 0x3b, 0x66, 0x10, 0x76, 0x20]; // cmp rsp, [r14+16]; jbe
const CHECK_OF_STACK = [
  0x64, 0x48, 0x8b, 0x0c, 0x25, 0xf8, 0xff, 0xff, 0xff, 0x48, 0x3b, 0x61, 0x10, 0x76, 0x20,
];
const PUSH_RBP = [0x55];
const FRAME_24 = [0x48, 0x83, 0xec, 0x18]; // sub rsp, 24
const FRAME_512 = [0x48, 0x81, 0xec, 0, 2, 0, 0];
const RAX_AT_32 = [0x48, 0x89, 0x44, 0x24, 0x20]; // mov [rsp+32], rax
const RBX_AT_40 = [0x48, 0x89, 0x5c, 0x24, 0x28];
const RCX_AT_40 = [0x48, 0x89, 0x4c, 0x24, 0x28];
const EAX_AT_32 = [0x89, 0x44, 0x24, 0x20];
const RAX_AT_40 = [0x48, 0x89, 0x44, 0x24, 0x28];
const RBX_AT_48 = [0x48, 0x89, 0x5c, 0x24, 0x30];
const RAX_AT_520 = [0x48, 0x89, 0x84, 0x24, 0x08, 2, 0, 0];
const RBX_AT_528 = [0x48, 0x89, 0x9c, 0x24, 0x10, 2, 0, 0];
const XMM15_AT_32 = [0x44, 0x0f, 0x11, 0x7c, 0x24, 0x20]; // movups
const CALL = [0xe8, 0, 1, 0, 0];
const RET = [0x48, 0x83, 0xc4, 0x18, 0xc3];
/** Where the stack grows: the arguments are kept for the runtime, at a stack pointer that is no function's yet. */
const MORE_STACK = [0x48, 0x89, 0x44, 0x24, 0x08, 0x48, 0x89, 0x5c, 0x24, 0x10, ...CALL];

describe("what a Go method was called with, at its return", () => {
  test.each<[string, number | undefined, "register" | "stack", number[][]]>([
    ["kept", 24, "register", [CHECK, FRAME_24, RAX_AT_32, RBX_AT_40, CALL, RET, MORE_STACK]],
    ["kept below a frame pointer", 32, "register", [CHECK, PUSH_RBP, FRAME_24, RBX_AT_48, RAX_AT_40, RET]],
    ["kept in a large frame", 512, "register", [CHECK, FRAME_512, RAX_AT_520, RBX_AT_528, CALL, RET]],
    ["not kept", undefined, "register", [CHECK, FRAME_24, CALL, RET, MORE_STACK]],
    ["one of them", undefined, "register", [CHECK, FRAME_24, RAX_AT_32, CALL, RET, MORE_STACK]],
    ["half of one", undefined, "register", [CHECK, FRAME_24, EAX_AT_32, RBX_AT_40, CALL, RET]],
    ["after a call only", undefined, "register", [CHECK, FRAME_24, CALL, RAX_AT_32, RBX_AT_40, RET]],
    ["elsewhere", undefined, "register", [CHECK, FRAME_24, RAX_AT_40, RBX_AT_48, CALL, RET]],
    [
      "another value later",
      undefined,
      "register",
      [CHECK, FRAME_24, RAX_AT_32, RBX_AT_40, CALL, RCX_AT_40, RET],
    ],
    [
      "both cleared later",
      undefined,
      "register",
      [CHECK, FRAME_24, RAX_AT_32, RBX_AT_40, CALL, XMM15_AT_32, RET],
    ],
    ["no frame", undefined, "register", [CHECK, RET, MORE_STACK]],
    ["on the stack", 24, "stack", [CHECK_OF_STACK, FRAME_24, CALL, RET]],
    ["on the stack, and changed", undefined, "stack", [CHECK_OF_STACK, FRAME_24, CALL, RAX_AT_32, RET]],
    ["nothing", undefined, "register", []],
  ])("%s: frame %s", (_, frameBytes, convention, code) => {
    const bytes = Buffer.from(code.flat());
    expect(keptArguments(decode(bytes, 0x1000, bytes.length), convention)?.frameBytes).toBe(frameBytes);
  });
});
