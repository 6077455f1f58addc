import type { UsageRow } from "@masthead/shared/http/usage-schema";

/** Cells of RFC 4180. */
export const parseCsv = (text: string): string[][] => {
  const rows: string[][] = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/gy;
  for (let match = cell.exec(text); match && match.index < text.length; match = cell.exec(text)) {
    rows.at(-1)?.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] !== ",") rows.push([]);
  }
  return rows.filter((row) => row.length > 0);
};

/** What JSON and CSV say differently of the same rows. */
export const csvFaults = (rows: readonly UsageRow[], csv: string): string[] => {
  const [head = [], ...lines] = parseCsv(csv);
  if (lines.length !== rows.length) return [`${lines.length} lines, ${rows.length} rows`];
  return rows.flatMap((row, i) =>
    head.flatMap((name, column) => {
      const cell = lines[i]?.[column] ?? "";
      const value = saidOf(row, name);
      const said = value === null || value === undefined ? "" : String(value);
      return cell === said || cell === `'${said}` ? [] : [`${name} of row ${i}: ${cell}, not ${said}`];
    }),
  );
};

const saidOf = (row: UsageRow, name: string): unknown => {
  if (name in row.group) return row.group[name];
  const [first = "", ...rest] = name.split(".");
  if (name === "histogram") return row.histogram?.map(({ upToMs, count }) => `${upToMs}:${count}`).join(" ");
  if (first === "measures") return row.measures[rest.join(".")] ?? 0;
  if (first === "change" && rest[0] === "measures")
    return (row.change?.measures[rest.slice(1, -1).join(".")] as Record<string, unknown> | undefined)?.[
      rest.at(-1) ?? ""
    ];
  if (first === "previous" && rest[0] === "measures")
    return row.previous ? (row.previous.measures[rest.slice(1).join(".")] ?? 0) : null;
  let value: unknown = row;
  for (const part of [first, ...rest]) value = (value as Record<string, unknown> | null | undefined)?.[part];
  return value;
};
