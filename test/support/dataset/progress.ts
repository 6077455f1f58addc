const WIDTH = 40;

/** A bar on a terminal, a line now and then where there is none. */
export const tellProgress = (what: string): ((share: number, exchanges: number) => void) => {
  const startedAt = performance.now();
  let told = -1;
  return (share, exchanges) => {
    const percent = Math.floor(share * 100);
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    const text = `${String(percent).padStart(3)} %  ${exchanges.toLocaleString("en")} ${what} in ${seconds} s`;
    const filled = Math.round(share * WIDTH);
    if (process.stdout.isTTY)
      process.stdout.write(`\r[${"█".repeat(filled)}${" ".repeat(WIDTH - filled)}] ${text}`);
    else if (percent >= told + 5) console.log(text);
    else return;
    told = percent;
    if (process.stdout.isTTY && share >= 1) process.stdout.write("\n");
  };
};
