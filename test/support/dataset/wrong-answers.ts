import type { UsageRow } from "@masthead/shared/http/usage-schema";

type Bucket = NonNullable<UsageRow["histogram"]>[number];

/**
 * Answers that are a little off, by what is off in them.
 *
 * @param rows a right answer: filled, with histograms, a remainder and rows in an order
 */
export const wrongAnswersOf = (rows: readonly UsageRow[]): [what: string, rows: UsageRow[]][] => {
  const at = (is: (row: UsageRow) => boolean): number => {
    const place = rows.findIndex(is);
    if (place < 0) throw new Error("the answer has no such row");
    return place;
  };
  const full = at(({ histogram }) => (histogram?.length ?? 0) > 1);
  const empty = at(({ requests }) => requests === 0);
  const rest = at(({ remainderOf }) => (remainderOf ?? 0) > 1);
  const changed = (place: number, change: (row: UsageRow) => UsageRow): UsageRow[] =>
    rows.map((row, i) => (i === place ? change(row) : row));
  const bucketed = (change: (first: Bucket, second: Bucket) => Bucket[]): UsageRow[] =>
    changed(full, (row) => {
      const [first, second, ...others] = row.histogram as [Bucket, Bucket, ...Bucket[]];
      return { ...row, histogram: [...change(first, second), ...others] };
    });
  const moved = (bucket: Bucket, by: number): Bucket => ({ ...bucket, count: bucket.count + by });
  const [first, second, ...others] = rows as [UsageRow, UsageRow, ...UsageRow[]];
  return [
    ["an exchange is in the next bucket", bucketed((one, two) => [moved(one, -1), moved(two, 1)])],
    ["a bucket ends earlier", bucketed((one, two) => [{ ...one, upToMs: one.upToMs / 1.02 }, two])],
    ["a bucket ends between two", bucketed((one, two) => [{ ...one, upToMs: one.upToMs * 1.005 }, two])],
    ["a bucket is missing", bucketed((_one, two) => [two])],
    ["a histogram is missing", changed(full, ({ histogram: _none, ...row }) => row)],
    ["an empty row counts something", changed(empty, (row) => ({ ...row, requests: 1 }))],
    [
      "an empty row has a histogram",
      changed(empty, (row) => ({ ...row, histogram: [{ upToMs: 0, count: 1 }] })),
    ],
    ["an empty row is missing", rows.filter((_, i) => i !== empty)],
    [
      "the remainder is of fewer groups",
      changed(rest, (row) => ({ ...row, remainderOf: (row.remainderOf ?? 0) - 1 })),
    ],
    ["rows are not in order", [second, first, ...others]],
  ];
};
