import { html } from "hono/html";
import type { Html } from "./html.js";

/** A cell: what is shown, and what it is sorted by where that is a number. */
export interface Cell {
  readonly shown: Html | string;
  readonly value?: number | null;
}
export interface Column {
  readonly name: string;
  readonly kind: "text" | "number";
}

export interface TableOf {
  readonly caption: string;
  readonly columns: readonly Column[];
  /** the first cell of a row names it */
  readonly rows: readonly (readonly Cell[])[];
  /** rows that stay below, however the others are sorted */
  readonly below?: readonly (readonly Cell[])[];
  /** what is said instead of an empty table */
  readonly empty?: string;
}

/** A table that can be read without a script and sorted with one. */
export const table = ({
  caption,
  columns,
  rows,
  below = [],
  empty = "Nothing was counted.",
}: TableOf): Html => {
  if (rows.length === 0 && below.length === 0)
    return html`<p class="none"><strong>${caption}.</strong> ${empty}</p>`;
  const row = (cells: readonly Cell[]) =>
    html`<tr>${cells.map((cell, i) => (i === 0 ? html`<th scope="row">${cell.shown}</th>` : data(cell, columns[i])))}</tr>`;
  return html`<div class="table"><table class="sortable"><caption>${caption}</caption>
<thead><tr>${columns.map(({ name, kind }) => html`<th scope="col" class="${kind}">${name}</th>`)}</tr></thead>
<tbody>${rows.map(row)}</tbody>${below.length > 0 ? html`<tfoot>${below.map(row)}</tfoot>` : ""}</table></div>`;
};

const data = ({ shown, value }: Cell, column: Column | undefined): Html =>
  column?.kind === "number"
    ? html`<td class="number" data-value="${value ?? ""}">${shown}</td>`
    : html`<td>${shown}</td>`;
