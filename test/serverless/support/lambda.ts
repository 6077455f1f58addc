import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "@masthead/infra/serverless/bundle";
import type { Cleanup } from "../../support/cleanup.js";
import { startProgram } from "../../support/program.js";
import { type Ask, type AskOptions, answerOf } from "./asking.js";
import type { Backends } from "./backends.js";
import { httpEvent, SCHEDULED_EVENT } from "./lambda-events.js";

const RUNTIME = fileURLToPath(new URL("../fixtures/lambda-runtime.mjs", import.meta.url));

interface Outcome {
  result?: null | {
    statusCode: number;
    headers: Record<string, string>;
    body: string;
    isBase64Encoded: boolean;
  };
  error?: string;
}

/** The bundled function in a Node process of its own. */
export interface RunningLambda {
  /** Asks as API Gateway does; with a body as text. */
  ask: Ask;
  /** The same with a body in base64, as API Gateway passes on what it does not know for text. */
  askInBase64: Ask;
  /** @param remainingMs what the function has left of its timeout. @throws Error when the handler fails */
  runScheduled(remainingMs?: number): Promise<void>;
  /** Waits for the process, which no event comes to any more, to end by itself. @throws Error when it fails */
  finish(): Promise<void>;
}

export const startLambda = async (
  cleanup: Cleanup,
  { plane, bindings }: Backends,
): Promise<RunningLambda> => {
  const file = join(cleanup.folder(), "lambda.mjs");
  await bundle("lambda", file);
  const program = startProgram(process.execPath, [RUNTIME, file], {
    env: { PATH: process.env["PATH"], ...bindings },
  });
  cleanup.add(() => program.stop("SIGKILL"));
  let invocations = 0;
  const invoke = async (event: object, remainingMs: number): Promise<Outcome> => {
    const invocation = ++invocations;
    program.send(JSON.stringify({ invocation, event, remainingMs }));
    return JSON.parse(
      await program.line((line) => line.startsWith(`{"invocation":${invocation},`)),
    ) as Outcome;
  };
  const asking =
    (base64: boolean) =>
    async <T>(method: string, path: string, options: AskOptions = {}) => {
      const headers = { authorization: `Bearer ${plane.adminKey}`, ...options.headers };
      const { result, error } = await invoke(
        httpEvent(method, path, { ...options, headers }, base64),
        10_000,
      );
      if (!result) throw new Error(error ?? "the handler answered nothing");
      const text = result.isBase64Encoded ? Buffer.from(result.body, "base64").toString() : result.body;
      return answerOf<T>(result.statusCode, new Headers(result.headers), text);
    };
  return {
    ask: asking(false),
    askInBase64: asking(true),
    async runScheduled(remainingMs = 60_000) {
      const { error } = await invoke(SCHEDULED_EVENT, remainingMs);
      if (error !== undefined) throw new Error(error);
    },
    finish: () => program.finish(),
  };
};
