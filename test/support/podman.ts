import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Cleanup } from "./cleanup.js";

/** Containers of podman, whose images and state are in a folder of their own. */
export interface Podman {
  /**
   * The command that runs `path` in a container, as it stands before it: a copy of a program of this host, with libraries of its own, and
   * `shared` folders.
   */
  running(path: string, program: string, shared: readonly string[]): string[];
  /** Id of the container that was made last. */
  containerId(): string;
}

/** Libraries that a program is linked with, as paths. */
const librariesOf = (program: string): string[] =>
  execFileSync("ldd", [program], { encoding: "utf8" })
    .split("\n")
    .flatMap((line) => /(\/\S+) \(0x/.exec(line)?.[1] ?? []);

/** A root folder with copies of a program (at `path`) and of its libraries, so that no file of it is one of the host's. */
const makeRoot = (root: string, path: string, program: string): void => {
  for (const folder of [
    "usr/bin",
    "usr/lib",
    "usr/lib64",
    "usr/sbin",
    "etc",
    "proc",
    "sys",
    "dev",
    "tmp",
    "run",
  ])
    mkdirSync(join(root, folder), { recursive: true });
  for (const name of ["bin", "lib", "lib64", "sbin"]) symlinkSync(`usr/${name}`, join(root, name));
  copyFileSync(realpathSync(program), join(root, path));
  for (const library of librariesOf(program)) {
    mkdirSync(dirname(join(root, library)), { recursive: true });
    copyFileSync(realpathSync(library), join(root, library));
  }
  writeFileSync(join(root, "etc/passwd"), "root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n");
  writeFileSync(join(root, "etc/group"), "root:x:0:\nnogroup:x:65534:\n");
};

const CGROUPS = "/sys/fs/cgroup";

/** Removes a group that nothing runs in any more, of each hierarchy: podman leaves the parents of its groups. */
const removeCgroup = (name: string): void => {
  const hierarchies = [CGROUPS, ...readdirSync(CGROUPS).map((hierarchy) => join(CGROUPS, hierarchy))];
  const groups = hierarchies.flatMap((hierarchy) => [join(hierarchy, name, "conmon"), join(hierarchy, name)]);
  for (const group of groups) if (existsSync(group)) rmdirSync(group);
};

/** podman, with what it leaves removed by `cleanup`. Containers see the host's network. */
export const usePodman = (cleanup: Cleanup): Podman => {
  const folder = cleanup.folder();
  const at = (name: string) => join(folder, name);
  const podman = ["podman", "--root", at("storage"), "--runroot", at("run"), "--tmpdir", at("tmp")];
  // Not systemd, which need not be there; runc, which takes control groups of either version and of both.
  podman.push("--cgroup-manager", "cgroupfs", "--runtime", "runc");
  const cgroup = basename(folder);
  cleanup.add(() => {
    const [command = "", ...args] = podman;
    execFileSync(command, [...args, "rm", "--all", "--force", "--time", "0"], { stdio: "ignore" });
    removeCgroup(cgroup);
  });
  return {
    running(path, program, shared) {
      makeRoot(at("root"), path, program);
      const limits = ["nofile=1024:1024", "nproc=1024:1024"].flatMap((limit) => ["--ulimit", limit]);
      const volumes = shared.flatMap((path) => ["--volume", `${path}:${path}`]);
      const run = [
        "run",
        "--rm",
        "--network",
        "host",
        "--cidfile",
        at("id"),
        "--cgroup-parent",
        `/${cgroup}`,
        ...limits,
        ...volumes,
      ];
      return [...podman, ...run, "--rootfs", at("root")];
    },
    containerId: () => readFileSync(at("id"), "utf8").trim(),
  };
};
