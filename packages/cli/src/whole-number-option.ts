import { UsageError } from "./settings.js";

/** Reads the value of an option: a whole number from 0 on. @throws UsageError, which names the option */
export const wholeNumberOf =
  (option: string) =>
  (text: string): number => {
    if (!/^\d{1,15}$/.test(text)) throw new UsageError(`${option} takes a whole number`);
    return Number(text);
  };

/** Reads the value of an option: a whole number from 1 on. @throws UsageError, which names the option */
export const positiveNumberOf =
  (option: string) =>
  (text: string): number => {
    if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`${option} takes a whole number from 1 on`);
    return Number(text);
  };
