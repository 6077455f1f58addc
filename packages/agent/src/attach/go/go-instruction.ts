import type { Instruction } from "../sites/instructions.js";
import type { GoCallingConvention } from "./go-version.js";

/** One instruction of a Go function, as far as choosing a probe site asks. */
export interface GoInstruction extends Pick<Instruction, "address" | "length" | "flow" | "target"> {
  isReturn: boolean;
  /** what it writes at a fixed distance above the stack pointer */
  stores: StoredWord[];
  /** how far it moves the stack pointer down, as a function does when it begins */
  takesStackBytes: number;
}

/** Bytes that one instruction writes; of a whole register of eight, which. */
export interface StoredWord {
  at: number;
  bytes: number;
  register?: string;
}

/**
 * How a Go function begins, but for the smallest: it compares the stack pointer with the goroutine's bound (`g.stackguard0`) and
 * jumps to where the stack grows, from where it comes back to its first byte (`stacksplit` of cmd/internal/obj of Go).
 */
export interface StackCheck {
  /**
   * The jump. Reached once more where the stack grew, so the probe's program looks whether it will be taken; arguments are
   * where they were at entry, and the kernel emulates it.
   */
  jump: number;
  convention: GoCallingConvention;
}

/** The instructions of a function from its first byte on, up to the first thing that is none. */
export interface GoFunctionCode {
  code: GoInstruction[];
  /** undefined where it begins in none of the ways that are known */
  check: StackCheck | undefined;
}
