// Runs a bundle with what V8 compiled of it before: `compiled-program.cjs BUNDLE`. Node 20 keeps that for no module of its own accord.
const { existsSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { Script } = require("node:vm");

const [, , file] = process.argv;
const compiled = `${file}.compiled`;
const script = new Script(`(function (exports, require, module) {${readFileSync(file, "latin1")}\n})`, {
  filename: file,
  ...(existsSync(compiled) ? { cachedData: readFileSync(compiled) } : {}),
});
// At the end of a run, since functions are compiled when they are first called.
process.once("exit", () => {
  writeFileSync(`${compiled}.${process.pid}`, script.createCachedData());
  renameSync(`${compiled}.${process.pid}`, compiled);
});
const module_ = { exports: {} };
script.runInThisContext()(module_.exports, require, module_);
