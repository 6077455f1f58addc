import { spawn } from "node:child_process";

const OPENER: Partial<Record<NodeJS.Platform, string>> = { darwin: "open", linux: "xdg-open" };

/** Shows a file with whatever the desktop has for it. @returns whether something was there to do so */
export const openFile = (file: string): Promise<boolean> =>
  new Promise((resolve) => {
    const opener = OPENER[process.platform];
    if (opener === undefined) return resolve(false);
    const child = spawn(opener, [file], { stdio: "ignore", detached: true });
    child.once("error", () => resolve(false));
    child.once("spawn", () => {
      child.unref();
      resolve(true);
    });
  });
