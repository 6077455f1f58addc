/** `[base + n]`, and the other operand, a register: both by their numbers in encodings, less what a REX prefix adds. */
export interface MemoryOperand {
  register: number;
  base: number;
  by: number;
}

/** Of the operands that an instruction has from byte `at` on, where they are a register and memory at a distance from one. */
export function memoryOperand(bytes: Buffer, at: number): MemoryOperand | undefined {
  const operands = bytes[at] ?? 0;
  const mode = operands >> 6;
  const [register, base] = [(operands >> 3) & 7, operands & 7];
  const hasIndex = base === 4;
  if ((mode !== 1 && mode !== 2) || hasIndex) return undefined;
  return { register, base, by: mode === 1 ? bytes.readInt8(at + 1) : bytes.readInt32LE(at + 1) };
}
