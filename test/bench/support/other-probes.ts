import { execFileSync } from "node:child_process";

/** How many of Masthead's probe programs this host has loaded now: another agent's would be part of the figures. */
export const loadedProbes = (): number => {
  const listed = execFileSync("bpftool", ["-j", "prog", "show"], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 ** 2,
    env: { PATH: `${process.env.PATH}:/usr/sbin` },
  });
  return (JSON.parse(listed) as { name?: string }[]).filter(({ name }) =>
    /^(ssl|go|socket)_call/.test(name ?? ""),
  ).length;
};
