/**
 * The page's only script: makes headings of columns buttons that sort, by mouse and keyboard. Without it the page is whole, and its
 * tables stay as they are. Everything is told by `aria-sort`.
 */
export const SCRIPT = `"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  if (!body || body.rows.length < 2) continue;
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const isNumber = head.classList.contains("number");
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const now = head.getAttribute("aria-sort");
      const order = now ? (now === "ascending" ? "descending" : "ascending") : isNumber ? "descending" : "ascending";
      const sign = order === "ascending" ? 1 : -1;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", order);
      const keyed = [...body.rows].map((row) => {
        const cell = row.cells[column];
        const text = isNumber ? cell.dataset.value : cell.textContent;
        return { row, text, key: isNumber ? Number(text) : text };
      });
      keyed.sort((a, b) =>
        (a.text === "") - (b.text === "") || sign * (isNumber ? a.key - b.key : a.key.localeCompare(b.key, "en", { numeric: true })));
      body.append(...keyed.map(({ row }) => row));
    });
  });
}
`;
