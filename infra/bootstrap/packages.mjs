import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { command } from "./command.mjs";
import { Stopped } from "./stopped.mjs";

/** What builds the kernel programs and the native addon. */
export const BUILD_PACKAGES = [
  "clang",
  "g++",
  "libbpf-dev",
  "libelf-dev",
  "linux-libc-dev",
  "llvm",
  "make",
  "python3",
  "zlib1g-dev",
];
export const SERVER_PACKAGES = ["nats-server"];
/** What the tests trace, trace with, and look at pages with. */
export const TEST_PACKAGES = [
  "android-libboringssl",
  "android-libboringssl-dev",
  "apache2-bin",
  "bpftool",
  "caddy",
  "chromium",
  "curl",
  "git",
  "golang-go",
  "libclang-rt-dev",
  "libgnutls28-dev",
  "libssl-dev",
  "nginx",
  "openssl",
  "podman",
  "runc",
  "wget",
  "wrk",
];

/** Services that packages come with, which this must not start. */
const SERVICES = {
  caddy: ["caddy"],
  "nats-server": ["nats-server"],
  nginx: ["nginx"],
  podman: ["podman.service", "podman.socket", "podman-restart.service", "podman-auto-update.timer"],
};

/** Those of `names` that are installed. Asked for all at once, since every start of the product asks. */
const installed = (names) => {
  const { stdout } = spawnSync(
    "dpkg-query",
    ["-W", "--showformat", "$" + "{Package} $" + "{db:Status-Status}\n", ...names],
    { encoding: "utf8" },
  );
  const lines = new Set((stdout ?? "").split("\n"));
  return names.filter((name) => lines.has(`${name} installed`));
};

/** Where the headers of this Node lie, which node-gyp would download otherwise. */
export const nodeHeaders = () => {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, "include/node/node_api.h")) ? prefix : undefined;
};

/** Packages of `names` that are not installed, and the headers of Debian's own Node where it lacks them. */
export const missingPackages = (names) => {
  const there = installed(names);
  const missing = names.filter((name) => !there.includes(name));
  if (names.includes("g++") && !nodeHeaders() && installed(["nodejs"]).length > 0)
    missing.push("libnode-dev");
  return missing;
};

/** How this process gets root: it is, sudo lets it without asking, sudo asks on this terminal, or not at all. */
export const rootBy = () => {
  if (process.getuid() === 0) return "root";
  if (spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0) return "sudo";
  const canAsk = process.stdin.isTTY && spawnSync("sudo", ["--version"], { stdio: "ignore" }).status === 0;
  return canAsk ? "sudo-asks" : "none";
};

/**
 * Debian starts the services of what it installs, unless a policy says no (invoke-rc.d); a policy that is there already
 * is left alone. A service stays disabled only where this installed it.
 */
const INSTALL = `
set -e
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\\nexit 101\\n' > "$policy"
  chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q -y --no-install-recommends install "$@"
`;
const DISABLE = 'command -v systemctl >/dev/null && systemctl -q disable "$@" 2>/dev/null || true';

/** Installs Debian packages. @throws Stopped when apt does, with its last lines. */
export async function installPackages(names, by, say) {
  const services = names.flatMap((name) => SERVICES[name] ?? []);
  const script = services.length > 0 ? `${INSTALL}\n${DISABLE.replace('"$@"', services.join(" "))}` : INSTALL;
  const shell = ["sh", "-c", script, "sh", ...names];
  const [program, ...args] = by === "root" ? shell : ["sudo", ...shell];
  const interactive = by === "sudo-asks";
  await command(program, args, {
    interactive,
    onLine: (line) => /^(Get|Unpacking|Setting up)/.test(line) && say(line),
  });
}

/** Without root: unpacks nats-server below `folder` instead of installing it. Returns the folder of the binary. */
export async function unpackNatsServer(folder) {
  const target = join(folder, "nats-server");
  const bin = join(target, "usr/sbin");
  const found = () => [bin, join(target, "usr/bin")].find((path) => existsSync(join(path, "nats-server")));
  if (!found()) {
    try {
      await command("sh", [
        "-c",
        `mkdir -p "$0" && cd "$0" && apt-get -q download nats-server && dpkg-deb -x nats-server_*.deb .`,
        target,
      ]);
    } catch {
      throw new Stopped(
        "nats-server is missing: run `sudo apt-get install nats-server`, or set MASTHEAD_NATS_URL to a NATS server of yours.",
      );
    }
  }
  return found();
}
