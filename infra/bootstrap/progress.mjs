const FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
const DRAW_EVERY_MS = 120;
const SAY_EVERY_MS = 15_000;
/** Without a terminal, every line stays: what a step does now is worth one a second. */
const DETAIL_EVERY_MS = 1_000;

const seconds = (ms) => (ms < 950 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

/**
 * Runs one step of a set-up and shows how far it is: a spinner with the elapsed time on a terminal, else a line when it
 * begins, one every 15 s and one when it ends. `work` gets a function that says what it does now. Returns what it returns.
 * Where other steps run beside it, `say` gets its lines, and there is no spinner.
 */
export async function step(title, work, say) {
  const began = Date.now();
  const live = say === undefined && process.stdout.isTTY === true;
  const print = say ?? console.log;
  let doing = "";
  let frame = 0;
  let saidAt = 0;
  const line = (mark) => `${mark} ${title}${doing ? `: ${doing}` : ""}`;
  const draw = () => {
    const text = `${line(FRAMES[frame++ % FRAMES.length])} (${seconds(Date.now() - began)})`;
    process.stdout.write(`\r\x1b[2K${text.slice(0, (process.stdout.columns ?? 100) - 1)}`);
  };
  const timer = live
    ? setInterval(draw, DRAW_EVERY_MS)
    : setInterval(() => print(`  ${title}: ${seconds(Date.now() - began)} so far`), SAY_EVERY_MS);
  if (!live) print(`· ${title}`);
  const end = (mark) => {
    clearInterval(timer);
    doing = "";
    print(`${live ? "\r\x1b[2K" : ""}${line(mark)} (${seconds(Date.now() - began)})`);
  };
  try {
    const result = await work((what) => {
      doing = what;
      if (live || Date.now() - saidAt < DETAIL_EVERY_MS) return;
      saidAt = Date.now();
      print(`  ${title}: ${what}`);
    });
    end("✓");
    return result;
  } catch (error) {
    end("✗");
    throw error;
  }
}
