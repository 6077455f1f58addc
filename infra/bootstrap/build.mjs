import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { command } from "./command.mjs";
import { nodeHeaders } from "./packages.mjs";
import { unlessStamped } from "./stamp.mjs";

const PACKAGES = ["shared", "agent", "api", "client", "cli"]
  .map((name) => `packages/${name}`)
  .concat("infra");
const TEST_RUNTIMES = "@masthead/test-runtimes";
/** What decides of every package which versions are installed. */
const LOCKED_BY = ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json"];
/** The same programs, for all kernels and for Linux 6.4 and later. */
const KERNEL_OBJECTS = ["bpf/build/masthead.bpf.o", "bpf/build/masthead-typed.bpf.o"];
const sources = PACKAGES.flatMap((name) => [`${name}/src`, `${name}/tsconfig.json`]);

/** Installs the packages of the workspace that the filter lets through. */
const install = (root, filter, say) =>
  command("npx", ["-y", "pnpm@10", "install", "--frozen-lockfile", "--filter", filter], {
    cwd: root,
    // Without it, pnpm asks before it replaces a node_modules that another version made.
    env: { CI: "true" },
    onLine: (line) => /Progress|Done/.test(line) && say(line.slice(0, 100)),
  });

export const installDependencies = (root, say) =>
  unlessStamped(
    {
      root,
      name: "dependencies",
      inputs: [...LOCKED_BY, ...PACKAGES.map((name) => `${name}/package.json`)],
      also: process.versions.modules,
      results: ["node_modules/.modules.yaml", "node_modules/.bin/tsc", "infra/node_modules"],
    },
    () => install(root, `!${TEST_RUNTIMES}`, say),
  );

/** Two hundred megabytes that nobody needs who only starts the product. */
export const installTestRuntimes = (root, say) =>
  unlessStamped(
    {
      root,
      name: "test-runtimes",
      inputs: [...LOCKED_BY, "test/runtimes/package.json"],
      results: ["test/runtimes/node_modules"],
    },
    () => install(root, TEST_RUNTIMES, say),
  );

export const compileTypeScript = (root) =>
  unlessStamped(
    {
      root,
      name: "typescript",
      inputs: ["tsconfig.json", "tsconfig.base.json", "pnpm-lock.yaml", ...sources],
      results: PACKAGES.map((name) => `${name}/dist/.tsbuildinfo`),
    },
    () => command(process.execPath, ["node_modules/typescript/bin/tsc", "-b"], { cwd: root }),
  );

const version = (program) => spawnSync(program, ["--version"], { encoding: "utf8" }).stdout ?? "";

export const compileKernelPrograms = (root) =>
  unlessStamped({ root, name: "bpf", inputs: ["bpf"], also: version("clang"), results: KERNEL_OBJECTS }, () =>
    command("make", ["-C", "bpf"], { cwd: root }),
  );

export const compileAddon = (root, say) =>
  unlessStamped(
    {
      root,
      name: "addon",
      inputs: ["packages/agent/native", "bpf/include"],
      also: `${process.arch} ${version("g++")}`,
      results: ["packages/agent/native/build/Release"],
    },
    () => {
      const headers = nodeHeaders();
      const gyp = join(root, "packages/agent/node_modules/node-gyp/bin/node-gyp.js");
      if (!existsSync(join(root, "packages/agent/native/binding.gyp"))) return undefined;
      if (!headers) say("fetching the headers of this Node");
      return command(
        process.execPath,
        [gyp, "rebuild", "--directory=native", ...(headers ? [`--nodedir=${headers}`] : [])],
        { cwd: join(root, "packages/agent") },
      );
    },
  );
