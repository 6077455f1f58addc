import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildLibrary } from "../../testing/built-library.js";
import { withFile } from "../elf/byte-source.js";
import { ElfFile } from "../elf/elf-file.js";
import { type Argument, callsThatMayPass, callsWithArguments, type Place } from "./arguments-at-calls.js";
import { DecodedCode } from "./decoded-code.js";
import type { Instruction } from "./instructions.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "masthead-argument-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Looks at `followed` in this assembler, which may call `wanted`. */
const lookAt = <T>(lines: string[], look: (elf: ElfFile, start: number, wanted: number) => T): T => {
  const text = [
    ".text",
    ".globl followed,wanted",
    ".type followed,@function",
    ".type wanted,@function",
    ...["wanted: ret", "other: ret", "followed:"],
    ...lines,
    "",
  ].join("\n");
  return withFile(buildLibrary(folder, "s", text, "-Wl,-Bsymbolic"), (source) => {
    const elf = new ElfFile(source);
    const symbols = elf.functions(new Set(["followed", "wanted"]));
    const [start = 0, wanted = 0] = ["followed", "wanted"].map((each) => symbols.get(each)?.address);
    return look(elf, start, wanted);
  });
};

/** Where these arguments of `followed` are at its calls of `wanted`. */
const placesOf = (arguments_: readonly Argument[], ...lines: string[]): (Place | undefined)[][] =>
  lookAt(lines, (elf, start, wanted) => {
    const isWanted = ({ flow, target }: Instruction) => flow === "call" && target === wanted;
    return callsWithArguments(new DecodedCode(elf), start, arguments_, isWanted).map(({ at }) => at);
  });

/** How many calls may get the fourth argument of `followed` as their first. */
const passing = (...lines: string[]): number =>
  lookAt(lines, (elf, start, wanted) => {
    const may = callsThatMayPass(new DecodedCode(elf), start, { register: "rcx", bytes: 8 }, "rdi");
    const isCall = ({ flow, target }: Instruction) => flow === "call" && target === wanted;
    const calls = callsWithArguments(new DecodedCode(elf), start, [], isCall);
    return calls.filter(({ address }) => may.has(address)).length;
  });

/** The same of the first argument alone; nothing where it is nowhere. */
const placesIn = (...lines: string[]): Place[] =>
  placesOf([{ register: "rdi", bytes: 8 }], ...lines).flatMap(([place]) => place ?? []);
const CALL = "call wanted";
const FRAME = ["push %rbp", "mov %rsp,%rbp"];

describe.runIf(process.arch === "x64")("an argument at a call", () => {
  test.each<[string, (number | string)[], string[]]>([
    [
      "in a register that calls leave alone",
      ["rbx"],
      ["push %rbx", "mov %rdi,%rbx", CALL, "pop %rbx", "ret"],
    ],
    [
      "on the stack",
      [16],
      ["sub $40,%rsp", "mov %rdi,16(%rsp)", "xor %edi,%edi", CALL, "add $40,%rsp", "ret"],
    ],
    ["pushed, and more pushed on it", [8], ["push %rdi", "push %rax", CALL, "pop %rax", "pop %rdi", "ret"]],
    [
      "back from the stack in another register",
      ["r14"],
      ["push %rdi", "call other", "mov (%rsp),%r14", "movq $0,(%rsp)", CALL, "pop %rax", "ret"],
    ],
    [
      "on both ways",
      [8],
      ["sub $24,%rsp", "mov %rdi,8(%rsp)", "test %esi,%esi", "je 1f", "nop", "1:", CALL, "ret"],
    ],
    ["on each turn of a loop", ["rbp"], ["mov %rdi,%rbp", "1:", CALL, "dec %r12", "jne 1b", "ret"]],
    ["nowhere that a call leaves", [], [CALL, "ret"]],
    ["overwritten in its register", [], ["mov %rdi,%rbx", "xor %ebx,%ebx", CALL, "ret"]],
    ["overwritten in part", [], ["mov %rdi,%rbx", "mov %al,%bl", CALL, "ret"]],
    ["overwritten on the stack", [], ["sub $24,%rsp", "mov %rdi,8(%rsp)", "mov %rax,8(%rsp)", CALL, "ret"]],
    [
      "overwritten by a long store",
      [],
      ["sub $40,%rsp", "mov %rdi,8(%rsp)", "movups %xmm0,(%rsp)", CALL, "ret"],
    ],
    ["overwritten by half", [], ["sub $24,%rsp", "mov %rdi,8(%rsp)", "movl $1,12(%rsp)", CALL, "ret"]],
    ["taken off the stack", [], ["push %rdi", "pop %rax", "push %rcx", CALL, "ret"]],
    [
      "somewhere else on one of two ways",
      [],
      ["test %esi,%esi", "je 1f", "mov %rdi,%rbx", "jmp 2f", "1: mov %rdi,%rbp", "2:", CALL, "ret"],
    ],
    [
      "changed on a later turn",
      [],
      ["mov %rdi,%rbx", "1:", CALL, "add $8,%rbx", "dec %r12", "jne 1b", "ret"],
    ],
    [
      "with the stack elsewhere on one of two ways",
      [],
      ["push %rdi", "test %esi,%esi", "je 1f", "push %rax", "1:", CALL, "ret"],
    ],
    ["below a stack that moves by what a register says", [], ["push %rdi", "sub %rax,%rsp", CALL, "ret"]],
    [
      "where a table leads",
      [],
      ["mov %rdi,%rbx", "test %esi,%esi", "je 1f", "jmp *(%rax)", "1:", CALL, "ret"],
    ],
    ["where code is none", [], ["mov %rdi,%rbx", CALL, ".byte 6"]],
    [
      "behind a stack that is not known on one of two ways",
      [],
      ["mov %rdi,%rbx", "test %esi,%esi", "je 1f", "sub %rax,%rsp", "xor %ebx,%ebx", "1:", CALL, "ret"],
    ],
    ["behind a stack that is exchanged", [], ["push %rdi", "xchg %rax,%rsp", CALL, "ret"]],
    [
      "in more places than anybody needs",
      [],
      [...Array.from({ length: 40 }, () => "push %rdi"), CALL, "ret"],
    ],
    [
      "below something pushed from memory",
      [8],
      ["push %rdi", "push 8(%rsi)", CALL, "pop %rax", "pop %rdi", "ret"],
    ],
    [
      "above a frame pointer's end of the stack",
      [8],
      [...FRAME, "sub $32,%rsp", "mov %rdi,-24(%rbp)", "xor %edi,%edi", CALL, "leave", "ret"],
    ],
    [
      "back from there in another register",
      ["r12"],
      [
        ...FRAME,
        "sub $16,%rsp",
        "mov %rdi,-8(%rbp)",
        "call other",
        "mov -8(%rbp),%r12",
        "movq $0,-8(%rbp)",
        CALL,
        "leave",
        "ret",
      ],
    ],
    [
      "in a frame that was left and begun again",
      [0],
      [...FRAME, "push %rax", "leave", ...FRAME, "push %rdi", CALL, "leave", "ret"],
    ],
    [
      "where the stack is taken back to what was saved",
      [0],
      [...FRAME, "push %rdi", "push %rax", "sub $64,%rsp", "lea -8(%rbp),%rsp", CALL, "leave", "ret"],
    ],
    [
      "where the frame pointer gives it back",
      [0],
      ["push %rdi", ...FRAME, "push %rax", "mov %rbp,%rsp", "pop %rbp", CALL, "pop %rdi", "ret"],
    ],
    [
      "overwritten by way of the frame pointer",
      [],
      [...FRAME, "sub $16,%rsp", "mov %rdi,-8(%rbp)", "movq $0,-8(%rbp)", CALL, "leave", "ret"],
    ],
    [
      "overwritten by way of the stack pointer",
      [],
      [...FRAME, "sub $16,%rsp", "mov %rdi,-8(%rbp)", "movq $0,8(%rsp)", CALL, "leave", "ret"],
    ],
    [
      "by a frame pointer that is none any more",
      [],
      [...FRAME, "sub $16,%rsp", "mov %rsi,%rbp", "mov %rdi,-8(%rbp)", CALL, "ret"],
    ],
    [
      "by one that is another on one of two ways",
      [],
      [
        "test %esi,%esi",
        "je 1f",
        ...[...FRAME, "push %rdi", "jmp 2f"],
        ...["1: push %rbp", "push %rdi", "mov %rsp,%rbp", "2:", CALL, "ret"],
      ],
    ],
    ["by half a frame pointer", [], ["push %rax", "mov %esp,%ebp", "mov %rdi,(%rbp)", CALL, "ret"]],
    ["by one that was borrowed and came back", [], [...FRAME, "push %rdi", "mov %rsi,%rbp", CALL, "ret"]],
    ["back from a frame that there is not", [], ["push %rdi", "leave", CALL, "ret"]],
    ["half of it", [], ["sub $24,%rsp", "mov %edi,8(%rsp)", "mov %edi,%ebx", CALL, "ret"]],
  ])("%s: %j", (_, places, lines) => {
    expect(placesIn(...lines)).toEqual(places);
  });

  test("several arguments, of which half a word may count", () => {
    const arguments_ = [
      { register: "rdi", bytes: 8 },
      { register: "rsi", bytes: 4 },
      { register: "r9", bytes: 4 },
    ] as const;
    const lines = [
      "push %rbx",
      "mov %rdi,%rbx",
      "sub $32,%rsp",
      "mov %esi,4(%rsp)",
      "mov %r9d,(%rsp)",
      CALL,
      "ret",
    ];
    expect(placesOf(arguments_, ...lines)).toEqual([["rbx", 4, 0]]);
    const overwritten = [...lines.slice(0, -2), "movl $0,4(%rsp)", CALL, "ret"];
    expect(placesOf(arguments_, ...overwritten)).toEqual([["rbx", undefined, 0]]);
  });
});

describe.runIf(process.arch === "x64")("an argument that is passed on", () => {
  test.each<[string, number, string[]]>([
    ["as it came", 1, ["mov %rcx,%rdi", CALL, "ret"]],
    ["from the stack", 1, ["push %rcx", "mov (%rsp),%rdi", CALL, "pop %rcx", "ret"]],
    [
      "the first time, and moved on by a loop after that",
      1,
      [
        "push %rbx",
        "mov %rcx,%rbx",
        "1: mov %rbx,%rdi",
        CALL,
        "add $8,%rbx",
        "test %eax,%eax",
        "jne 1b",
        "pop %rbx",
        "ret",
      ],
    ],
    [
      "on one path of two",
      1,
      ["lea 8(%rsi),%rdi", "test %edx,%edx", "je 1f", "mov %rcx,%rdi", "1:", CALL, "ret"],
    ],
    ["nowhere: another address is", 0, ["lea 8(%rdi),%rdi", CALL, "ret"]],
    ["nowhere: a call came between", 0, ["mov %rcx,%rdi", "call other", CALL, "ret"]],
    ["on a path of which nothing is known", 1, ["sub %rax,%rsp", CALL, "ret"]],
    ["nowhere: half of it is", 0, ["mov %ecx,%edi", CALL, "ret"]],
  ])("%s", (_, count, lines) => expect(passing(...lines)).toBe(count));
});
