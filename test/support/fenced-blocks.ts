import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface FencedBlock {
  /** `sh`, `js`, `yaml`, … */
  readonly language: string;
  readonly text: string;
  /** the line before the block that says something */
  readonly before: string;
}

/** The fenced blocks of a page of the repository, in order. @param heading only those below this one, up to the next */
export const fencedBlocks = (page: string, heading?: string): FencedBlock[] => {
  const whole = readFileSync(fileURLToPath(new URL(`../../${page}`, import.meta.url)), "utf8");
  const text = heading === undefined ? whole : (whole.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "");
  return [...text.matchAll(/([^\n]*)\n+```(\w+)\n(.*?)\n```/gs)].map(
    ([, before = "", language = "", block = ""]) => ({
      language,
      text: block,
      before,
    }),
  );
};
