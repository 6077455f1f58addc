import { describe, expect, it } from "vitest";
import { LONG_FILES } from "./support/long-files.js";
import { readSource, repositoryFiles } from "./support/source-files.js";

const LONGEST = 250;
const CODE = /\.(ts|mts|mjs|cjs|js|c|h|cc|py|sql|sh)$/;
const files = repositoryFiles();
const code = files.filter((path) => CODE.test(path));

const linesMatching = (paths: string[], pattern: RegExp): string[] =>
  paths.flatMap((path) =>
    readSource(path)
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );

describe("the repository", () => {
  it("is read", () => {
    expect(code.length).toBeGreaterThan(150);
  });

  it(`has no file of more than ${LONGEST} lines without a reason`, () => {
    const long = code.filter((path) => readSource(path).split("\n").length - 1 > LONGEST);
    expect(long.filter((path) => !(path in LONG_FILES))).toEqual([]);
    expect(Object.keys(LONG_FILES).filter((path) => !long.includes(path))).toEqual([]);
  });

  it("has no file named after nothing in particular", () => {
    expect(code.filter((path) => /(^|[/.-])(utils?|helpers?|misc|common|stuff)([/.-]|$)/.test(path))).toEqual(
      [],
    );
  });

  it("spells NATS subjects, streams and buckets in one file", () => {
    const elsewhere = code.filter(
      (path) =>
        /^(packages|infra)\//.test(path) &&
        path !== "packages/shared/src/subjects.ts" &&
        !/\.test\.ts$/.test(path),
    );
    const spelled = /masthead\.v1\.|["'`]masthead_(batches|heartbeats|drain|policies|committed)|["'`]_INBOX_/;
    expect(linesMatching(elsewhere, spelled)).toEqual([]);
  });

  it("hands no key of a map to a function that is verified alone", () => {
    // Linux 6.1 takes what such a function is handed for no key: the program is refused there, and only there.
    const kernel = code.filter((path) => /^bpf\/(lib|probes|maps)\//.test(path));
    expect(linesMatching(kernel, /^verified_alone .*struct \w+_key \*/)).toEqual([]);
    expect(linesMatching(kernel, /bpf_map_\w+_elem\(&\w+, &w->/)).toEqual([]);
  });

  it("has no test that sleeps", () => {
    const tests = code.filter((path) => /\.test\.ts$/.test(path) || /^test\/.*\.ts$/.test(path));
    const sleeps = /\bsetTimeout\(|timers\/promises|\bsleep\(/;
    const allowed = ["test/architecture/house-rules.test.ts", "test/support/until.ts"];
    expect(
      linesMatching(
        tests.filter((path) => !allowed.includes(path)),
        sleeps,
      ),
    ).toEqual([]);
  });

  it("has no test that is skipped or alone without a condition", () => {
    const tests = code.filter((path) => /\.test\.ts$/.test(path));
    expect(linesMatching(tests, /\b(it|test|describe)\.(only|skip|todo)\(/)).toEqual([]);
  });
});
