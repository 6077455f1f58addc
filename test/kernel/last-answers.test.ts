import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { captureClearText } from "../support/clear-text.js";
import { startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { until } from "../support/until.js";

/** What is said of the last response of a connection: nothing, where another process may have written it, or some of it. */

const PROGRAM = fileURLToPath(new URL("../programs/last-answers.py", import.meta.url));

interface End {
  nextRequest: number;
  nextResponse: number;
  responseOpen: boolean;
  wholeAtEnd: boolean;
}

const LOST: End = { nextRequest: 1, nextResponse: 1, responseOpen: false, wholeAtEnd: false };
const WHOLE: End = { ...LOST, responseOpen: true, wholeAtEnd: true };
const MISSING: End = { ...LOST, nextResponse: 0 };
const WITH_LENGTH = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n".length + 1000;
const UNTIL_CLOSE = "HTTP/1.0 200 OK\r\n\r\n".length + 1000;

const cleanup = new Cleanup();
const ends = new Map<number, End>();
let connectionOf: (name: string) => number | undefined;
let lines: readonly string[];
beforeAll(async () => {
  const { seen } = captureClearText(cleanup, {
    onConnectionEnd: ({ connection, nextRequest, nextResponse, responseOpen, wholeAtEnd }) =>
      ends.set(connection, { nextRequest, nextResponse, responseOpen, wholeAtEnd }),
  });
  connectionOf = (name) =>
    seen.find(({ role, what }) => role === "server" && what === `/${name}`)?.connection;
  const program = startProgram(PYTHON, [PROGRAM]);
  cleanup.add(() => program.stop("SIGKILL"));
  program.send("begin");
  await program.line((line) => line === "done");
  lines = program.lines;
});
afterAll(() => cleanup.run());

test.each([
  ["by_child_then_closed", WITH_LENGTH, LOST],
  ["by_child_then_ended", WITH_LENGTH, LOST],
  ["body_by_child_until_close", UNTIL_CLOSE, LOST],
  ["body_by_child_with_length", WITH_LENGTH, LOST],
  ["by_child_later", WITH_LENGTH, LOST],
  ["by_next_program", WITH_LENGTH, LOST],
  ["by_itself_until_close", UNTIL_CLOSE, WHOLE],
  ["by_itself_beside_a_child", UNTIL_CLOSE, WHOLE],
  ["by_nobody", 0, MISSING],
  ["by_nobody_beside_a_child", 0, MISSING],
  ["by_nobody_disconnected", 0, MISSING],
])("%s", async (name, bytes, expected) => {
  expect(lines).toContain(`${name} ${bytes}`);
  expect(await until("the end of its connection", () => ends.get(connectionOf(name) ?? 0))).toEqual(expected);
});
