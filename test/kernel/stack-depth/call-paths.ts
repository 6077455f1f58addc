import { execFileSync } from "node:child_process";

interface BpfFunction {
  stackBytes: number;
  /** by name, callbacks of bpf_loop and the like included */
  calls: Set<string>;
}

export interface CallPath {
  functions: string[];
  /** as Linux 6.1 counts it (check_max_stack_depth in kernel/bpf/verifier.c): each frame in steps of 32 */
  stackBytes: number;
}

const FRAME_STEP_BYTES = 32;
/** Of the kernel, which has a stack of its own (bpf/probes/kernel-object.h). */
const KERNEL_FUNCTIONS = ["bpf_rdonly_cast"];

/** Functions and programs of a BPF object, read from its disassembly: numbers are decimal, and hexadecimal since LLVM 15. */
const functionsOf = (object: string): Map<string, BpfFunction> => {
  const text = execFileSync("llvm-objdump", ["-d", "-r", "--no-show-raw-insn", object], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const functions = new Map<string, BpfFunction>();
  /** Of section .text only: there a callback is called by its address. */
  const byAddress = new Map<number, string>();
  const callbacks: [BpfFunction, number][] = [];
  let section = "";
  let current: BpfFunction = { stackBytes: 0, calls: new Set() };
  let framePointerCopy = "";
  let loaded = 0;
  let called = 0;
  for (const line of text.split("\n")) {
    const [, header] = /^Disassembly of section (.*):$/.exec(line) ?? [];
    if (header !== undefined) section = header;
    const [, address, name] = /^([0-9a-f]+) <(?!LBB)(.*)>:$/.exec(line) ?? [];
    if (address !== undefined && name !== undefined) {
      current = { stackBytes: 0, calls: new Set() };
      functions.set(name, current);
      if (section === ".text") byAddress.set(Number.parseInt(address, 16), name);
    }
    const below = Number(/\(r10 - (0x[0-9a-f]+|\d+)\)/.exec(line)?.[1] ?? 0);
    const [, register, decrement] = /\b(r\d) \+= -(0x[0-9a-f]+|\d+)$/.exec(line) ?? [];
    const local = register !== undefined && register === framePointerCopy ? Number(decrement) : 0;
    current.stackBytes = Math.max(current.stackBytes, below, local);
    framePointerCopy = /\b(r\d) = r10$/.exec(line)?.[1] ?? "";
    loaded = Number(/\br\d = (0x[0-9a-f]+|\d+) ll$/.exec(line)?.[1] ?? loaded);
    const [, kind, symbol = ""] = /R_BPF_64_(32|64)\s+(\S+)$/.exec(line) ?? [];
    called = Number(/\bcall (-?(?:0x[0-9a-f]+|\d+))$/.exec(line)?.[1] ?? called);
    // A static function is called by its place, in instructions of eight bytes from the next one.
    if (kind === "32" && symbol === ".text") callbacks.push([current, (called + 1) * 8]);
    else if (kind === "32" && !KERNEL_FUNCTIONS.includes(symbol)) current.calls.add(symbol);
    if (kind === "64" && symbol === ".text") callbacks.push([current, loaded]);
  }
  for (const [from, address] of callbacks) from.calls.add(byAddress.get(address) ?? `.text+${address}`);
  return functions;
};

/** The path that takes the most stack from each program of `entries`. @throws Error where a function is not found */
export const deepestPaths = (object: string, entries: readonly string[]): CallPath[] => {
  const functions = functionsOf(object);
  const deepest = (name: string): CallPath => {
    const own = functions.get(name);
    if (own === undefined) throw new Error(`${name} is not in ${object}`);
    let below: CallPath = { functions: [], stackBytes: 0 };
    for (const path of [...own.calls].map(deepest)) if (path.stackBytes > below.stackBytes) below = path;
    const frame = Math.ceil(Math.max(own.stackBytes, 1) / FRAME_STEP_BYTES) * FRAME_STEP_BYTES;
    return { functions: [name, ...below.functions], stackBytes: frame + below.stackBytes };
  };
  return entries.map(deepest);
};
