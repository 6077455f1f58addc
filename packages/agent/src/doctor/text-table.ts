/** What others wrote (paths, messages) cannot draw on a terminal. */
export const oneLine = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is taken out
  text.replace(/\s*\n\s*/g, " / ").replace(/[\u0000-\u001f\u007f-\u009f]/g, "?");

/** Columns as wide as their widest cell, the last as long as it is; no spaces at the end of a line. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const cells = [head, ...rows].map((row) => row.map(oneLine));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** A path in at most so many characters: its file name whole, and as much of its beginning as there is room for. */
export function shortPath(path: string, max: number): string {
  if (path.length <= max) return path;
  const name = path.slice(path.lastIndexOf("/"));
  const beginning = max - name.length - 1;
  return beginning > 0 ? `${path.slice(0, beginning)}…${name}` : `…${path.slice(path.length - max + 1)}`;
}
