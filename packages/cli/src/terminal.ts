import { styleText } from "node:util";

/** Where a command line runs: what it reads of its surroundings and where it writes. */
export interface Terminal {
  env: NodeJS.ProcessEnv;
  out(text: string): void;
  error(text: string): void;
  nowMs(): number;
  /** The same without a line's end. */
  write?(text: string): void;
  /** All of standard input, up to a bound; null where it is a terminal. */
  input?(): Promise<Uint8Array | null>;
  /** Shows a file to whoever sits there. @returns whether that could be done */
  openFile?(file: string): Promise<boolean>;
  sleep?(ms: number): Promise<void>;
  /** Ends what would go on for ever. */
  stop?: AbortSignal | undefined;
  /** Width of the screen that `out` goes to; absent: it goes to a file or a pipe. */
  columns?: number | undefined;
  /** Whether that screen is to have colours. */
  color?: boolean | undefined;
}

export type Style = "bold" | "dim" | "red" | "yellow";

/** How text looks where this command writes it. */
export interface Look {
  readonly columns: number | undefined;
  paint(style: Style | undefined, text: string): string;
}

export const lookOf = ({ columns, color }: Pick<Terminal, "columns" | "color">): Look => ({
  columns,
  paint: (style, text) =>
    color && style !== undefined && text !== "" ? styleText(style, text, { validateStream: false }) : text,
});

/** Whether a stream is a screen that wants colours (no-color.org). */
export const wantsColor = (stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean =>
  stream.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
