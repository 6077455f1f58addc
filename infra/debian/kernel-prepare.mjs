// What `npm test` installs and builds, without running a test.
import { join } from "node:path";
import { TEST_PACKAGES } from "../bootstrap/packages.mjs";
import { ROOT, setUp } from "../bootstrap/set-up.mjs";
import { runMain, Stopped } from "../bootstrap/stopped.mjs";

await runMain(async () => {
  const withoutCapture = await setUp({ extraPackages: TEST_PACKAGES, home: join(ROOT, ".masthead") });
  if (withoutCapture) throw new Stopped(withoutCapture);
});
