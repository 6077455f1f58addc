/** A line of the report: a figure beside what it should be. */
export const target = (isMet: boolean, words: string): string => `  ${isMet ? "met   " : "MISSED"}  ${words}`;
