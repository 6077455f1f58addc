// `npm start`: everything on this host. Uses nothing but Node, since it runs before anything is installed.
import { join, resolve } from "node:path";
import { apiWasLeftBehind, checkNotRunning } from "./bootstrap/running.mjs";
import { built, ROOT, setUp } from "./bootstrap/set-up.mjs";
import { runMain, Stopped } from "./bootstrap/stopped.mjs";
import { checkPort, checkSystem, portFrom } from "./bootstrap/system.mjs";

await runMain(async () => {
  checkSystem();
  const home = resolve(process.env.MASTHEAD_HOME || join(ROOT, ".masthead"));
  const host = process.env.MASTHEAD_HOST || "127.0.0.1";
  const port = portFrom(process.env.MASTHEAD_PORT || "8080");
  checkNotRunning(home);
  if (!apiWasLeftBehind(ROOT, home)) await checkPort(host, port);
  const withoutCapture = await setUp({ home });
  const { supervise } = await built("infra/dist/supervisor/supervise.js");
  await supervise({ root: ROOT, environment: { ...process.env, MASTHEAD_HOME: home }, withoutCapture }).catch(
    (error) => {
      throw new Stopped(`${error.message}\nMasthead did not start: logs are in ${join(home, "logs")}.`);
    },
  );
});
