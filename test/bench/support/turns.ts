/**
 * Measures one thing and another by turns, each of them first in every other pair.
 *
 * @returns the measures of each pair, that of the one first
 */
export const byTurns = async <Measure>(
  pairs: number,
  one: () => Promise<Measure>,
  other: () => Promise<Measure>,
): Promise<[Measure, Measure][]> => {
  const measured: [Measure, Measure][] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const before = pair % 2 === 0 ? await other() : undefined;
    const ofOne = await one();
    measured.push([ofOne, before ?? (await other())]);
  }
  return measured;
};
