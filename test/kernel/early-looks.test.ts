import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { startKernelCapture } from "../support/kernel-capture.js";
import { startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { until } from "../support/until.js";

/** What is attached before a scan comes to it. Here no scan comes but the first. */

const OWN_TLS_SERVER = fileURLToPath(new URL("../programs/own-tls-server.c", import.meta.url));
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const begin = () => {
  const program = join(cleanup.folder(), "own-tls-server");
  execFileSync("cc", ["-rdynamic", "-o", program, OWN_TLS_SERVER]);
  const capture = startKernelCapture(cleanup, () => {});
  const found = (path: string) => capture.attachment.libraries().find((library) => library.path === path);
  return { ...capture, program, found };
};

test("a program that a policy names, before it runs", () => {
  const { attachment, program, found } = begin();
  attachment.expect(["/nothing/there", "/bin/true", program]);
  expect(found(program)).toMatchObject({ runtime: "openssl", pids: new Set() });
  expect(found(program)?.linkIds.length).toBeGreaterThan(0);
  expect(found("/bin/true")).toBeUndefined();
});

test("a program with its TLS inside, when it begins", async () => {
  const { program, found } = begin();
  const server = startProgram(program, []);
  cleanup.add(() => server.finish());
  await until("probes on it", () => found(program)?.pids.has(server.pid));
  expect(found(program)?.failure).toBeUndefined();
});

test("a library that no loader's cache names, soon after the process mapped it", async () => {
  const { attachment, found } = begin();
  const copy = join(cleanup.folder(), "libssl-0123abcd.so.3");
  copyFileSync(attachment.libraries().find(({ cached }) => cached)?.path ?? "", copy);
  const script =
    "import ctypes, sys; ctypes.CDLL(sys.argv[1]); print('mapped', flush=True); sys.stdin.read()";
  const child = startProgram(PYTHON, ["-c", script, copy]);
  cleanup.add(() => child.finish());
  await child.line();
  await until("probes on it", () => found(copy)?.pids.has(child.pid));
});

test("a library under a root without a loader's cache, though each process that would map it is gone at once", async () => {
  const { attachment } = begin();
  const root = cleanup.folder();
  mkdirSync(join(root, "usr/lib"), { recursive: true });
  writeFileSync(join(root, "nothing.c"), "int main(void) { return 0; }\n");
  execFileSync("cc", ["-static", "-o", join(root, "nothing"), join(root, "nothing.c")]);
  const script = `import os, sys
os.chroot(sys.argv[1])
child = os.fork() or os.execv("/nothing", ["nothing"])
os.waitpid(child, 0)
sys.stdin.read()`;
  const library = attachment.libraries().find(({ cached }) => cached)?.path ?? "";
  // The second time in what looks like the same root, as a container does whose numbers were those of one that is gone.
  for (const name of ["/usr/lib/libssl-4567cdef.so.3", "/usr/lib/libssl-89abcdef.so.3"]) {
    copyFileSync(library, join(root, name));
    const child = startProgram(PYTHON, ["-c", script, root]);
    cleanup.add(() => child.finish());
    await until(`probes on ${name}`, () =>
      attachment.libraries().some(({ path, cached }) => cached && path.endsWith(name)),
    );
    await child.finish();
  }
});

test("Masthead's own are left alone", async () => {
  const { attachment, home, program, found } = begin();
  const own = startProgram("sh", ["-c", `read line; exec ${program}`]);
  cleanup.add(() => own.finish());
  writeFileSync(join(home, "run", "part.pid"), `${own.pid}\n`);
  attachment.scan();
  own.send("go on");
  await own.line();
  await until("its name", () => attachment.processOf(own.pid).executableName === "own-tls-server");
  expect(found(program)).toBeUndefined();
});
