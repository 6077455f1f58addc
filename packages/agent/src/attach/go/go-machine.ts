import type { Machine } from "../elf/elf-header.js";
import type { GoFunctionCode } from "./go-instruction.js";
import { arm64Code } from "./go-on-arm64.js";
import { x86Code } from "./go-on-x86-64.js";

/** What of Go's code is a machine's own. */
export interface GoMachine {
  decode(bytes: Buffer, address: number): GoFunctionCode;
  /** where a method finds its receiver and the first word of what comes then, where arguments are in registers */
  firstRegisters: readonly [string, string];
  /** of a probe at a function's return */
  returnCost: "emulated" | "single_step";
  /** the least distance between two instructions, which the table of functions names */
  quantumBytes: number;
}

const MACHINES: Record<Machine, GoMachine> = {
  "x86-64": { decode: x86Code, firstRegisters: ["rax", "rbx"], returnCost: "single_step", quantumBytes: 1 },
  aarch64: { decode: arm64Code, firstRegisters: ["x0", "x1"], returnCost: "emulated", quantumBytes: 4 },
};

export const goMachine = (machine: Machine): GoMachine => MACHINES[machine];
