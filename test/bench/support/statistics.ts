/** The value below which `share` (0 to 1) of the values lie, the nearest one taken. NaN of none. */
export const quantile = (values: readonly number[], share: number): number => {
  const ordered = [...values].sort((a, b) => a - b);
  return (
    ordered[Math.min(ordered.length - 1, Math.max(0, Math.ceil(share * ordered.length) - 1))] ?? Number.NaN
  );
};

/** The middle value, of an even number the mean of the two in the middle. NaN of none. */
export const median = (values: readonly number[]): number => {
  const ordered = [...values].sort((a, b) => a - b);
  const middle = ordered.length / 2;
  if (ordered.length % 2 === 1) return ordered[Math.floor(middle)] ?? Number.NaN;
  return ((ordered[middle - 1] ?? Number.NaN) + (ordered[middle] ?? Number.NaN)) / 2;
};

/** How far the values lie apart, as a share of their median. */
export const spread = (values: readonly number[]): number =>
  (Math.max(...values) - Math.min(...values)) / median(values);

/** Each round's measure compared with another one of the same round; what has no other is left out. */
export const byRounds = <Measure>(
  measures: readonly Measure[],
  others: readonly Measure[],
  compare: (measure: Measure, other: Measure) => number,
): number[] =>
  measures.flatMap((measure, round) => {
    const other = others[round];
    return other === undefined ? [] : [compare(measure, other)];
  });
