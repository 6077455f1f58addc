/** A table of these columns, with an empty line behind it. Cells are Markdown, without a bar or a line break. */
export const markdownTable = (columns: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  row(columns),
  `|${"---|".repeat(columns.length)}`,
  ...rows.map(row),
  "",
];

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** A generated page of docs/: these lines, of which the last one is not empty. */
export const markdownPage = (lines: readonly string[]): string => `${lines.join("\n").trimEnd()}\n`;
