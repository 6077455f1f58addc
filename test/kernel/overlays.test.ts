import { execFile, spawnSync } from "node:child_process";
import { appendFileSync, chmodSync, copyFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { RecordRole } from "@masthead/agent/decode/record-enums";
import { HOSTS_OPENSSL } from "@masthead/agent/testing/openssl-libraries";
import { policySet } from "@masthead/agent/testing/policies";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { curl } from "../support/curl.js";
import { startPythonServer } from "../support/https-servers.js";
import { type KernelCapture, pathOf, startKernelCapture } from "../support/kernel-capture.js";
import { mountOverlay } from "../support/overlay.js";
import { type Program, startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { until } from "../support/until.js";

/** The host's own files shown by an overlay, as sandboxes have them: overlayroot, `systemd-nspawn --volatile=overlay`. */

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const MAPS_OPENSSL = "import ssl, sys; print('mapped', flush=True); sys.stdin.read()";
const MAPS_A_FILE =
  "import ctypes, sys; ctypes.CDLL(sys.argv[1]); print('mapped', flush=True); sys.stdin.read()";
const startMapped = async (command: string, ...args: string[]): Promise<Program> => {
  const program = startProgram(command, args);
  cleanup.add(() => program.finish());
  await program.line();
  return program;
};
const startInside = (root: string) => startMapped("chroot", root, PYTHON, "-c", MAPS_OPENSSL);
const startMapping = (path: string) => startMapped(PYTHON, "-c", MAPS_A_FILE, path);
const librariesOf = ({ attachment }: KernelCapture, { pid }: Program) =>
  attachment.libraries().filter(({ runtime, pids }) => runtime === "openssl" && pids.has(pid));

test("a library of the host that an overlay shows, too, is probed once, and no exchange is seen twice", async () => {
  const inside = await startInside(mountOverlay(cleanup, "/"));
  const server = await startPythonServer(cleanup);
  const paths: string[] = [];
  const capture = startKernelCapture(cleanup, (record, bytes) => {
    if (record.request && record.pid === server.pid) paths.push(pathOf(record, bytes));
  });
  capture.tables.apply(policySet(1, { all: {} }));
  const libraries = librariesOf(capture, inside);
  expect(libraries).toHaveLength(1);
  expect(librariesOf(capture, server.program)).toEqual(libraries);
  expect(await curl(server.port, [{ path: "/one" }, { path: "/two" }, { path: "/last" }])).toEqual([
    200, 200, 200,
  ]);
  await until("the last request", () => paths.includes("/last"));
  expect(paths).toEqual(["/one", "/two", "/last"]);
});

test("so is one that a program sees by chroot in a mount namespace of its own, whichever was seen first", async () => {
  const folder = cleanup.folder();
  const mounted = `mount -t tmpfs t $0 && mkdir $0/u $0/w $0/r &&
    mount -t overlay o -o lowerdir=/,upperdir=$0/u,workdir=$0/w $0/r && exec chroot $0/r "$@"`;
  const startOwn = () =>
    startMapped("unshare", "--mount", "sh", "-c", mounted, folder, PYTHON, "-c", MAPS_OPENSSL);
  const before = await startOwn();
  const outside = await startMapped(PYTHON, "-c", MAPS_OPENSSL);
  const capture = startKernelCapture(cleanup, () => undefined);
  const after = await startOwn();
  capture.attachment.scan();
  const libraries = librariesOf(capture, outside);
  expect(libraries).toHaveLength(1);
  expect(librariesOf(capture, before)).toEqual(libraries);
  expect(librariesOf(capture, after)).toEqual(libraries);
});

test("probes hold no container, and stay for the host's own processes when it goes", async () => {
  const folder = cleanup.folder();
  const library = join(folder, "libssl-0123cdef.so.3");
  copyFileSync(HOSTS_OPENSSL, library);
  const root = mountOverlay(cleanup, folder);
  const inside = await startMapping(join(root, basename(library)));
  const capture = startKernelCapture(cleanup, () => undefined);
  const [first] = librariesOf(capture, inside);
  const links = first?.linkIds ?? [];
  expect(links.length).toBeGreaterThan(0);

  const outside = await startMapping(library);
  capture.attachment.scan();
  await inside.finish();
  capture.attachment.scan();
  // Not lazily. Who looks at the process from elsewhere on this host may have it open for a moment.
  await until("nothing to hold the container", () => spawnSync("umount", [root]).status === 0);
  capture.attachment.scan();
  expect(librariesOf(capture, outside)).toMatchObject([{ path: library, linkIds: links }]);
});

test("a library of an image stays probed between its containers, as long as the image is there", async () => {
  const image = cleanup.folder();
  const library = join(image, "libssl-4567cdef.so.3");
  copyFileSync(HOSTS_OPENSSL, library);
  const inside = await startMapping(join(mountOverlay(cleanup, image), basename(library)));
  const capture = startKernelCapture(cleanup, () => undefined);
  const links = librariesOf(capture, inside)[0]?.linkIds ?? [];
  expect(links.length).toBeGreaterThan(0);
  await inside.finish();
  capture.attachment.scan();
  const next = await startMapping(join(mountOverlay(cleanup, image), basename(library)));
  capture.attachment.scan();
  expect(librariesOf(capture, next)).toMatchObject([{ path: library, linkIds: links }]);
  await next.finish();
  rmSync(library);
  capture.attachment.scan();
  expect(capture.attachment.libraries().filter(({ path }) => path === library)).toEqual([]);
});

test("a copy that was made of it by writing to it is probed by itself, whichever was seen first", async () => {
  const root = mountOverlay(cleanup, "/");
  const before = await startInside(root);
  const capture = startKernelCapture(cleanup, () => undefined);
  appendFileSync(join(root, HOSTS_OPENSSL), "\0");
  const inside = await startInside(root);
  capture.attachment.scan();
  const [shared, own] = [librariesOf(capture, before), librariesOf(capture, inside)];
  expect([shared.length, own.length]).toEqual([1, 1]);
  expect(own).not.toEqual(shared);
  expect(own[0]?.linkIds.length).toBeGreaterThan(0);
});

const ASKS = `
import http.client, ssl, sys
context = ssl._create_unverified_context()
client = http.client.HTTPSConnection("127.0.0.1", int(sys.argv[1]), context=context)
client.request("GET", "/inside")
print(client.getresponse().status)`;

test("a library of which the upper layer has the metadata alone is probed where its data are", async () => {
  const image = cleanup.folder();
  const name = "libssl.so.3";
  copyFileSync(HOSTS_OPENSSL, join(image, name));
  const root = mountOverlay(cleanup, image, "metacopy=on");
  chmodSync(join(root, name), 0o755);
  const server = await startPythonServer(cleanup);
  const roles: number[] = [];
  const capture = startKernelCapture(cleanup, (record, bytes) => {
    if (record.request && pathOf(record, bytes) === "/inside") roles.push(record.role);
  });
  capture.tables.apply(policySet(1, { all: {} }));
  const [inside, outside] = [await startMapping(join(root, name)), await startMapping(join(image, name))];
  capture.attachment.scan();
  expect(librariesOf(capture, inside)).toMatchObject([{ path: join(image, name) }]);
  expect(librariesOf(capture, outside)).toEqual(librariesOf(capture, inside));
  const { stdout } = await promisify(execFile)(PYTHON, ["-c", ASKS, String(server.port)], {
    env: { ...process.env, LD_LIBRARY_PATH: root },
  });
  expect(stdout).toBe("200\n");
  await until("both ends", () => roles.length === 2);
  expect([...roles].sort()).toEqual([RecordRole.ROLE_SERVER, RecordRole.ROLE_CLIENT].sort());
});
