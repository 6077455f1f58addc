const at = (year: number, month: number, day: number): number => Date.UTC(year, month - 1, day) * 1_000;

/** Two months, so that clocks go forward in one and back in the other. */
export const DATASETS = [
  {
    name: "with the changes to summer time in New York (8 March) and Berlin (29 March)",
    ...{ seed: 20_260_304, startUs: at(2026, 3, 4) },
    ...{ months: ["2026-03"], days: ["2026-03-08", "2026-03-29"] },
  },
  {
    name: "with the changes to winter time in Berlin (25 October) and New York (1 November)",
    ...{ seed: 20_261_007, startUs: at(2026, 10, 7) },
    ...{ months: ["2026-10"], days: ["2026-10-25", "2026-11-01"] },
  },
] as const;
