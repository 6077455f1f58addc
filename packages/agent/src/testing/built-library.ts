import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

let built = 0;

/** Builds a file of this assembler or C alone, as `options` say. @returns its path, a new one each time */
export const buildAlone = (
  folder: string,
  language: "c" | "s",
  text: string,
  ...options: string[]
): string => {
  built += 1;
  const name = join(folder, `built-${built}`);
  writeFileSync(`${name}.${language}`, text);
  execFileSync("cc", ["-nostdlib", ...options, "-o", name, `${name}.${language}`]);
  return name;
};

/** The same, of a shared library. */
export const buildLibrary = (
  folder: string,
  language: "c" | "s",
  text: string,
  ...options: string[]
): string => buildAlone(folder, language, text, "-shared", "-fPIC", ...options);

/** Assembler of functions that a library exports, by their names and their lines. */
export const exportedFunctions = (functions: Readonly<Record<string, readonly string[]>>): string =>
  [
    ".text",
    ...Object.keys(functions).map((name) => `.globl ${name}\n.type ${name},@function`),
    ...Object.entries(functions).flatMap(([name, lines]) => [
      `${name}:`,
      ...lines,
      `.size ${name}, .-${name}`,
    ]),
    "",
  ].join("\n");

/** The same of functions that return at once. */
export const returningAtOnce = (names: readonly string[]): Record<string, string[]> =>
  Object.fromEntries(names.map((name) => [name, ["ret"]]));
