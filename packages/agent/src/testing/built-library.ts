import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

let built = 0;

/** Builds a shared library of this assembler or C alone. @returns its path, a new one each time */
export const buildLibrary = (
  folder: string,
  language: "c" | "s",
  text: string,
  ...options: string[]
): string => {
  built += 1;
  const name = join(folder, `built-${built}`);
  writeFileSync(`${name}.${language}`, text);
  execFileSync("cc", [
    "-shared",
    "-fPIC",
    "-nostdlib",
    ...options,
    "-o",
    `${name}.so`,
    `${name}.${language}`,
  ]);
  return `${name}.so`;
};
