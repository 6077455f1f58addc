import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  compileAddon,
  compileKernelPrograms,
  compileTypeScript,
  installDependencies,
  installTestRuntimes,
} from "./build.mjs";
import {
  BUILD_PACKAGES,
  installPackages,
  missingPackages,
  rootBy,
  SERVER_PACKAGES,
  TEST_PACKAGES,
  unpackNatsServer,
} from "./packages.mjs";
import { step } from "./progress.mjs";
import { Stopped } from "./stopped.mjs";

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Installs and builds what is missing; seconds when nothing is. Returns why the kernel programs cannot run here, if so:
 * then everything else does.
 *
 * @param forTests what tests and benchmarks want beside the product, too
 * @param home where tools go when this account may not install packages
 */
export async function setUp({ forTests = false, home }) {
  const ownServers = process.env.MASTHEAD_NATS_URL ? [] : SERVER_PACKAGES;
  const withoutCapture = await installSystemPackages(
    [...BUILD_PACKAGES, ...ownServers, ...(forTests ? TEST_PACKAGES : [])],
    home,
  );
  await step("Node packages", (say) => installDependencies(ROOT, say));
  if (forTests) await step("runtimes that tests trace", (say) => installTestRuntimes(ROOT, say));
  await step("TypeScript", () => compileTypeScript(ROOT));
  if (withoutCapture) return withoutCapture;
  await step("kernel programs", () => compileKernelPrograms(ROOT));
  await step("native addon", (say) => compileAddon(ROOT, say));
  return undefined;
}

async function installSystemPackages(wanted, home) {
  const missing = missingPackages(wanted);
  if (missing.length === 0) return undefined;
  const by = rootBy();
  if (by !== "none") {
    const how = by === "root" ? "" : " with sudo";
    console.log(`Debian packages to install${how}: ${missing.join(" ")}`);
    await step("Debian packages", (say) => installPackages(missing, by, say));
    return undefined;
  }
  if (missing.includes("nats-server")) {
    const bin = await step("nats-server, unpacked without installing", () =>
      unpackNatsServer(join(home, "tools")),
    );
    process.env.PATH = `${process.env.PATH}:${bin}`;
  }
  const tools = missing.filter((name) => BUILD_PACKAGES.includes(name));
  if (tools.length === 0) return undefined;
  return `${tools.join(", ")} missing, and neither root nor sudo to install ${tools.length > 1 ? "them" : "it"}`;
}

/** Loads a module that the build made. @throws Stopped when the build did not make it. */
export async function built(path) {
  const file = join(ROOT, path);
  try {
    return await import(file);
  } catch (error) {
    if (error?.code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new Stopped(`${error.message}: remove node_modules/.masthead and run this again.`);
  }
}
