/** Files of more than 250 lines, and why each is one file all the same. */
export const LONG_FILES: Record<string, string> = {};
