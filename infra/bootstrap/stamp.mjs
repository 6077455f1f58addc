import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const SKIPPED = new Set(["node_modules", "dist", "build", ".git", "corpus", "test-results"]);

function* filesBelow(path) {
  if (!existsSync(path)) return;
  if (statSync(path).isFile()) return yield path;
  for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) yield* filesBelow(join(path, entry.name));
    else if (entry.isFile()) yield join(path, entry.name);
  }
}

/** Hash of the names and contents of all files below `paths`, build results left out, and of `also`. */
export function contentHash(root, paths, also = "") {
  const hash = createHash("sha256").update(also);
  for (const path of paths) {
    for (const file of filesBelow(join(root, path))) {
      hash.update(`\0${relative(root, file)}\0`).update(readFileSync(file));
    }
  }
  return hash.digest("hex");
}

/**
 * Runs `work` unless it ran before with the same inputs and its results are still there. Returns whether it ran.
 * Content counts, not times, so that a fresh clone or a switched branch builds what differs and no more.
 */
export async function unlessStamped({ root, name, inputs, also, results }, work) {
  const file = join(root, "node_modules/.masthead", `${name}.stamp`);
  const wanted = contentHash(root, inputs, also);
  const done = existsSync(file) && readFileSync(file, "utf8") === wanted;
  if (done && results.every((result) => existsSync(join(root, result)))) return false;
  await work();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, wanted);
  return true;
}
