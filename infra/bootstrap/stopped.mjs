/** A reason to stop that the reader can do something about: printed as one sentence, without a stack. */
export class Stopped extends Error {}

/** Runs a command's main function; a {@link Stopped} ends it with its sentence and exit code 1. */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Stopped ? error.message : error);
    process.exit(1);
  }
}
