import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { command } from "./command.mjs";
import { nodeHeaders } from "./packages.mjs";
import { unlessStamped } from "./stamp.mjs";

const PACKAGES = ["shared", "agent", "api", "client", "cli"]
  .map((name) => `packages/${name}`)
  .concat("infra");
const manifests = [...PACKAGES, "test/runtimes"].map((name) => `${name}/package.json`);
/** The same programs, for all kernels and for Linux 6.4 and later. */
const KERNEL_OBJECTS = ["bpf/build/masthead.bpf.o", "bpf/build/masthead-typed.bpf.o"];
const sources = PACKAGES.flatMap((name) => [`${name}/src`, `${name}/tsconfig.json`]);

export const installDependencies = (root, say) =>
  unlessStamped(
    {
      root,
      name: "dependencies",
      inputs: ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", ...manifests],
      also: process.versions.modules,
      results: [
        "node_modules/.modules.yaml",
        "node_modules/.bin/tsc",
        "infra/node_modules",
        "test/runtimes/node_modules",
      ],
    },
    () =>
      command("npx", ["-y", "pnpm@10", "install", "--frozen-lockfile"], {
        cwd: root,
        // Without it, pnpm asks before it replaces a node_modules that another version made.
        env: { CI: "true" },
        onLine: (line) => /Progress|Done/.test(line) && say(line.slice(0, 100)),
      }),
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
