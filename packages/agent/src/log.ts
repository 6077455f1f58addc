import pino, { type Logger } from "pino";

export type { Logger } from "pino";

/** JSON lines on stderr. Nothing that is logged may come from a header value, a key or credentials. */
export const createLog = (level: string): Logger =>
  pino(
    { name: "masthead-agent", level, base: { pid: process.pid } },
    pino.destination({ dest: 2, sync: true }),
  );
