import { describe, expect, test } from "vitest";
import * as ARM from "../../testing/go-code-for-arm64.js";
import { goMachine } from "./go-machine.js";
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
    const { decode, firstRegisters } = goMachine("x86-64");
    expect(keptArguments(decode(bytes, 0x1000).code, convention, firstRegisters)?.frameBytes).toBe(
      frameBytes,
    );
  });
});

/** The same for arm64, in words. */
const ARM_FRAME_480 = [0xd10783f4, 0xa93ffa9d, 0x9100029f, 0xd10023fd]; // sub x20, sp, #480; stp x29, x30, [x20, #-8]; mov sp, x20; …
const X0_AT_120 = [0xf9003fe0]; // str x0, [sp, #120]
const X1_AT_128 = [0xf90043e1];
const W0_AT_120 = [0xb9007be0];
const X0_AND_X1_AT_120 = [0xa90787e0]; // stp x0, x1, [sp, #120]
const X1_AT_120_UNSCALED = [0xf80783e1]; // stur x1, [sp, #120]
const X0_AT_488 = [0xf900f7e0];
const X1_AT_496 = [0xf900fbe1];
const Q0_AT_112 = [0x3d801fe0]; // str q0, [sp, #112]
const LOAD_FROM_120 = [0xf9403fe0]; // ldr x0, [sp, #120]
const ARM_CALL = [0x94000040];
const ARM_RET = [0xa97ffbfd, 0x9101c3ff, 0xd65f03c0]; // ldp x29, x30, [sp, #-8]; add sp, sp, #112; ret

describe("the same on arm64", () => {
  test.each<[string, number | undefined, number[][]]>([
    ["kept", 112, [ARM.CHECK, ARM.FRAME_112, ARM.KEPT_ABOVE_112, ARM_CALL, LOAD_FROM_120, ARM_RET]],
    ["kept by one instruction", 112, [ARM.CHECK, ARM.FRAME_112, X0_AND_X1_AT_120, ARM_CALL, ARM_RET]],
    ["kept in a large frame", 480, [ARM.CHECK, ARM_FRAME_480, X0_AT_488, X1_AT_496, ARM_CALL, ARM_RET]],
    ["not kept", undefined, [ARM.CHECK, ARM.FRAME_112, ARM_CALL, ARM_RET]],
    ["one of them", undefined, [ARM.CHECK, ARM.FRAME_112, X0_AT_120, ARM_CALL, ARM_RET]],
    ["half of one", undefined, [ARM.CHECK, ARM.FRAME_112, W0_AT_120, X1_AT_128, ARM_CALL, ARM_RET]],
    ["after a call only", undefined, [ARM.CHECK, ARM.FRAME_112, ARM_CALL, ARM.KEPT_ABOVE_112, ARM_RET]],
    [
      "another value later",
      undefined,
      [ARM.CHECK, ARM.FRAME_112, ARM.KEPT_ABOVE_112, ARM_CALL, X1_AT_120_UNSCALED],
    ],
    [
      "one of them cleared later",
      undefined,
      [ARM.CHECK, ARM.FRAME_112, ARM.KEPT_ABOVE_112, ARM_CALL, Q0_AT_112],
    ],
    ["no frame", undefined, [ARM.CHECK, ARM.KEPT_ABOVE_112, ARM_RET]],
  ])("%s: frame %s", (_, frameBytes, code) => {
    const { decode, firstRegisters } = goMachine("aarch64");
    const { code: read } = decode(ARM.wordBytes(code.flat()), 0x1000);
    expect(keptArguments(read, "register", firstRegisters)?.frameBytes).toBe(frameBytes);
  });
});
