// What `npm start` installs and builds, without starting anything; `machine-prepare.mjs tests`: what `npm test` does, and what its tests
// would compile for long on an emulated machine, without running a test.
import { execFileSync } from "node:child_process";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT, setUp } from "../bootstrap/set-up.mjs";
import { runMain, Stopped } from "../bootstrap/stopped.mjs";

/** Go's library as the programs of test/support/go-programs.ts want it, left in their cache: a quarter of an hour, emulated. */
function compileGoLibrary() {
  const cache = join(ROOT, "node_modules/.cache/go-build");
  const env = { PATH: process.env.PATH, GOCACHE: cache, GO111MODULE: "off", GOFLAGS: "", HOME: tmpdir() };
  const source = join(ROOT, "test/programs/go-tls.go");
  for (const flags of [[], ["-buildmode=pie", "-ldflags=-linkmode=external"]])
    execFileSync("go", ["build", ...flags, "-o", devNull, source], { cwd: tmpdir(), env, stdio: "inherit" });
}

const forTests = process.argv[2] === "tests";
await runMain(async () => {
  const withoutCapture = await setUp({ forTests, home: join(ROOT, ".masthead") });
  if (withoutCapture) throw new Stopped(withoutCapture);
  if (forTests) compileGoLibrary();
});
