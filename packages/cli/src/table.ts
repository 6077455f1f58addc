import stringWidth from "string-width";
import { printable } from "./printable.js";
import type { Look, Style } from "./terminal.js";

export interface Column<Row> {
  readonly title: string;
  readonly align?: "right";
  readonly cell: (row: Row) => string;
  readonly style?: (row: Row) => Style | undefined;
  /** Cells that it has at least, so that tables below each other line up. */
  readonly min?: number;
  /** Left out first where the screen is narrow; the highest number goes first. */
  readonly spare?: number;
}

const GAP = "  ";
/** No column of texts is cut below this, whatever the screen's width. */
const TEXT_MIN_CELLS = 12;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Text of at most `cells` of the screen, with `…` where it was cut. */
const cut = (text: string, cells: number): string => {
  if (stringWidth(text) <= cells) return text;
  let kept = "";
  let width = 1;
  for (const { segment } of graphemes.segment(text)) {
    width += stringWidth(segment);
    if (width > cells) break;
    kept += segment;
  }
  return `${kept}…`;
};

const widthOf = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width, 0) + GAP.length * Math.max(0, widths.length - 1);

/** Widths that fit the screen where texts can give way, the widest first. */
const fitted = (widths: readonly number[], canGive: readonly boolean[], columns: number): number[] => {
  const fit = [...widths];
  for (let excess = widthOf(fit) - columns; excess > 0; excess--) {
    let widest = -1;
    for (const [i, width] of fit.entries())
      if (canGive[i] && width > TEXT_MIN_CELLS && width > (fit[widest] ?? 0)) widest = i;
    if (widest < 0) break;
    fit[widest] = (fit[widest] ?? 0) - 1;
  }
  return fit;
};

/** Whatever is left out of a table because the screen is narrow, is said below it. */
const omission = (titles: readonly string[], look: Look): string[] => {
  const named = titles.filter((title) => title !== "").map(printable);
  return named.length === 0 ? [] : [look.paint("dim", `No room for ${named.join(", ")}: --json has all.`)];
};

/** Rows in columns, the header first, as wide as the screen at most where columns can give way. */
export const table = <Row>(
  all: readonly Column<Row>[],
  rows: readonly Row[],
  look: Look,
  left: readonly string[] = [],
): string => {
  const cells = all.map(({ cell }) => rows.map((row) => printable(cell(row))));
  const natural = all.map(({ title, min = 0 }, i) =>
    Math.max(min, stringWidth(printable(title)), ...(cells[i] ?? []).map((text) => stringWidth(text))),
  );
  const screen = look.columns ?? Number.POSITIVE_INFINITY;
  const widths = fitted(
    natural,
    all.map(({ align }) => align !== "right"),
    screen,
  );
  const sparest = Math.max(0, ...all.map(({ spare = 0 }) => spare));
  if (widthOf(widths) > screen && sparest > 0) {
    const gone = all.filter(({ spare }) => spare === sparest);
    const kept = all.filter(({ spare }) => spare !== sparest);
    return table(kept, rows, look, [...left, ...gone.map(({ title }) => title)]);
  }
  const line = (texts: readonly string[], style: (column: Column<Row>) => Style | undefined): string =>
    texts
      .map((text, i) => {
        const { align, ...column } = all[i] as Column<Row>;
        const width = widths[i] ?? 0;
        const shown = align === "right" ? text : cut(text, width);
        const blank = " ".repeat(Math.max(0, width - stringWidth(shown)));
        const painted = look.paint(style(column), shown);
        return align === "right" ? blank + painted : painted + blank;
      })
      .join(GAP)
      .trimEnd();
  return [
    line(
      all.map(({ title }) => printable(title)),
      () => "bold",
    ),
    ...rows.map((row, r) =>
      line(
        cells.map((column) => column[r] ?? ""),
        ({ style }) => style?.(row),
      ),
    ),
    ...omission(left, look),
  ].join("\n");
};
