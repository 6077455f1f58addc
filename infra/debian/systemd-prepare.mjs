// What `npm start` installs and builds, without starting anything: for systemd-check.sh.
import { join } from "node:path";
import { ROOT, setUp } from "../bootstrap/set-up.mjs";
import { runMain, Stopped } from "../bootstrap/stopped.mjs";

await runMain(async () => {
  const withoutCapture = await setUp({ home: join(ROOT, ".masthead") });
  if (withoutCapture) throw new Stopped(withoutCapture);
});
