import { execFileSync } from "node:child_process";

/** Sends a signal; through sudo where the process belongs to root and this one does not. A process that is gone is fine. */
export const sendSignal = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ESRCH") return;
    if (code !== "EPERM") throw error;
    execFileSync("sudo", ["-n", "kill", "-s", signal.replace(/^SIG/, ""), String(pid)], { stdio: "ignore" });
  }
};
