// Prints the entry of packages/agent/src/attach/sites/known-builds.ts for a program with symbols: node infra/known-build.mjs PROGRAM
const { knownBuildEntry } = await import("./dist/known-build-entry.js");
process.stdout.write(`${knownBuildEntry(process.argv[2])}\n`);
