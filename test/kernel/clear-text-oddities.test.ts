import { execFileSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { counterOf } from "@masthead/agent/source/kernel-counters";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { captureClearText, type Seen, socketsOfProcess } from "../support/clear-text.js";
import { probesOn } from "../support/probes-on.js";
import { startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { until } from "../support/until.js";

/** What programs do with sockets in clear that is easily taken for something else. */

const ODDITIES = fileURLToPath(new URL("../programs/clear-text-oddities.py", import.meta.url));
const LEFT_TLS_CALL = fileURLToPath(new URL("../programs/left-tls-call.c", import.meta.url));
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** What watches all of them: each is a process of its own, with paths of its own, and leaves nothing behind. */
const watching = new Cleanup();
const ofMessages: { pid: number; atNs: number }[] = [];
let capture: ReturnType<typeof captureClearText>;
beforeAll(() => {
  capture = captureClearText(watching, {
    onMessageEnd: ({ pid, timeNs }) => ofMessages.push({ pid, atNs: timeNs }),
  });
});
afterAll(() => watching.run());

/** Runs one of the oddities. @returns the heads that were seen of it */
const run = async (name: string): Promise<{ seen: Seen[]; pid: number; lines: readonly string[] }> => {
  const { seen, session } = capture;
  const program = startProgram(PYTHON, [ODDITIES, name]);
  cleanup.add(() => program.stop("SIGKILL"));
  program.send("begin");
  await program.line((line) => line === "done");
  await until("the ring to be empty", () => {
    const { ringBytes, handoffBytes } = session.statistics();
    return ringBytes === 0 && handoffBytes === 0;
  });
  const { pid, lines } = program;
  return { seen: seen.filter((each) => each.pid === pid), pid, lines };
};

/** @returns the heads that were seen of an oddity */
const heads = async (name: string): Promise<Seen[]> => (await run(name)).seen;

const texts = (seen: Seen[], role: Seen["role"]): string[] =>
  seen.filter((each) => each.role === role).map(({ what }) => what);

test("what follows a body that sendfile sent is never read from memory", async () => {
  const seen = await heads("past-the-body");
  expect(texts(seen, "server")).toEqual(["/past-the-body/1", "/past-the-body/2", "201"]);
});

test("a body that is spliced ends when it was, and not when the thread wrote last", async () => {
  const { lines, pid } = await run("spliced-late");
  const begunNs = Number(/^spliced (\d+)$/m.exec(lines.join("\n"))?.[1]);
  const [end, ...others] = ofMessages.filter((each) => each.pid === pid);
  expect(others).toEqual([]);
  expect(end?.atNs).toBeGreaterThanOrEqual(begunNs);
});

test("bytes that a call discards are not taken for those that its buffer held before", async () => {
  const seen = await heads("discarded");
  expect(texts(seen, "server").slice(0, 2)).toEqual(["/discarded-one/1", "201"]);
  expect(texts(seen, "server").filter((what) => what.startsWith("/"))).toEqual([
    "/discarded-one/1",
    "/discarded-many/1",
  ]);
});

test("what a server throws away before it closes is no request, and no loss", async () => {
  const lost = () => counterOf(capture.session.counters(), "lost_read");
  const before = lost();
  const { seen } = await run("thrown-away");
  expect(texts(seen, "server")).toEqual(["/thrown-away/1", "201"]);
  expect(lost()).toBe(before);
});

test("children that serve a connection each and are gone at once have their program's name", async () => {
  const { seen, attachment } = capture;
  const program = startProgram(PYTHON, [ODDITIES, "forked"]);
  cleanup.add(() => program.stop("SIGKILL"));
  program.send("begin");
  await program.line((line) => line === "done");
  const requests = () => seen.filter(({ role, what }) => role === "server" && /^\/forked\//.test(what));
  await until("their requests", () => requests().length === 3);
  const names = requests().map(({ pid }) => attachment.processOf(pid).executablePath);
  expect(names).toEqual(Array(3).fill(realpathSync(PYTHON)));
});

test("what passes by sockets that are of no streams is no exchange, and nothing is remembered of them", async () => {
  const { seen, pid } = await run("not-of-streams");
  expect(texts(seen, "server")).toEqual(["/not-of-streams/1", "201"]);
  expect(socketsOfProcess(capture.session, "strange_sockets", pid)).toBe(0);
  expect(socketsOfProcess(capture.session, "connections", pid)).toBe(0);
});

test("a socket that dup2, dup3 or close_range closed is forgotten", async () => {
  const { seen, pid } = await run("closed-otherwise");
  expect(texts(seen, "server").filter((what) => what.startsWith("/"))).toHaveLength(4);
  expect(socketsOfProcess(capture.session, "connections", pid)).toBe(0);
});

test("a socket that a process closes is forgotten, though another process or a waiting call still has it; not one it has by a duplicate", async () => {
  const { seen, pid } = await run("closed-while-held");
  expect(texts(seen, "server").filter((what) => what.startsWith("/"))).toEqual(
    [1, 2, 3, 4].map((n) => `/closed-while-held/${n}`),
  );
  const [kept, duplicate] = [203, 204].map((status) =>
    seen.find(({ role, what }) => role === "server" && what === `${status}`),
  );
  expect(duplicate).toMatchObject({ connection: kept?.connection, exchange: 1 });
  expect(socketsOfProcess(capture.session, "connections", pid)).toBe(0);
});

test("calls below a call of a TLS library on the stack that longjmp left are not taken for its own", async () => {
  const { seen, attachment } = capture;
  const binary = join(cleanup.folder(), "left-tls-call");
  execFileSync("cc", ["-O1", "-rdynamic", "-o", binary, LEFT_TLS_CALL]);
  const program = startProgram(binary, []);
  cleanup.add(() => program.finish());
  await probesOn(attachment, program);
  program.send("begin");
  await program.line((line) => line === "done");
  const own = () => seen.filter(({ pid }) => pid === program.pid).map(({ role, what }) => `${role} ${what}`);
  await until("the exchange, at both ends", () => own().length === 4);
  expect(own()).toEqual(["client /further-down", "server /further-down", "server 201", "client 201"]);
});

/** The requests that a role's responses were paired with, as `/path status`. */
const exchanges = (seen: Seen[], role: Seen["role"]): string[] => {
  const mine = seen.filter((each) => each.role === role);
  const requests = mine.filter(({ what }) => what.startsWith("/"));
  return mine
    .filter(({ what }) => !what.startsWith("/"))
    .map(({ what, connection, exchange }) => {
      const request = requests.find((each) => each.connection === connection && each.exchange === exchange);
      return `${request?.what} ${what}`;
    });
};

test("an answer that is read before its request was written whole is not given to the next request, nor are those after it", async () => {
  const seen = await heads("early-answer");
  expect(texts(seen, "client").filter((what) => what.startsWith("/"))).toHaveLength(3);
  expect(exchanges(seen, "client")).toEqual(["/early-answer/2 202", "/early-answer/3 203"]);
});

test("a response that another process wrote gives its place to no other", async () => {
  const seen = await heads("answered-elsewhere");
  expect(exchanges(seen, "client")).toEqual([1, 2, 3, 4].map((n) => `/answered-elsewhere/${n} 20${n}`));
  for (const each of exchanges(seen, "server")) expect(each).toMatch(/\/(\d) 20\1$/);
});

test("what another process did with a connection for a while is no pipelining, and costs no later exchange", async () => {
  const seen = await heads("carried-on-elsewhere");
  const found = exchanges(seen, "server");
  for (const each of found) expect(each).toMatch(/\/(\d) 20\1$/);
  expect(found).toEqual(expect.arrayContaining([4, 5].map((n) => `/carried-on-elsewhere/${n} 20${n}`)));
});

test("what a waiting call reads is not taken for another socket's that got its descriptor", async () => {
  const seen = await heads("given-away");
  const requests = seen.filter(({ role, what }) => role === "server" && what.startsWith("/"));
  expect(requests.map(({ what }) => what)).toEqual(["/given-away/1", "/given-away/2", "/given-away/4"]);
  expect(exchanges(seen, "server")).toEqual([1, 2, 4].map((n) => `/given-away/${n} 20${n}`));
});
