import type { z } from "zod";

/** Whether a value is there, and what a schema would give for it, unchanged. */
export type JsonGuard<T> = (value: unknown) => value is T;
type Holds = (value: unknown) => boolean;

/**
 * Tells whether what `JSON.parse` gave is to the letter what a schema would make of it: valid, and without a key that it would leave out.
 * Nothing is copied, so that this takes a fraction of the schema's own time; where it says no, ask the schema what it makes of the value,
 * and why. It generates no code, which Workers forbid.
 *
 * @throws Error on a schema that may change values (defaults, transforms), or of a kind that is not known here
 */
export const jsonGuard = <T extends z.core.$ZodType>(schema: T): JsonGuard<z.output<T>> =>
  holdsOf(schema) as JsonGuard<z.output<T>>;

const holdsOf = (schema: z.core.$ZodType): Holds => {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "object":
      return objectHolds(def);
    case "array":
      return arrayHolds(holdsOf(def.element), boundsOf(def));
    case "tuple":
      return tupleHolds(def);
    case "record":
      if ((def.keyType as z.core.$ZodTypes)._zod.def.type !== "string") throw unknownKind("record");
      return recordHolds(holdsOf(def.keyType), holdsOf(def.valueType), boundsOf(def));
    case "string":
      return stringHolds(def);
    case "number":
      return numberHolds(def);
    case "boolean":
      return (value) => typeof value === "boolean";
    case "literal":
      return oneOf(def.values);
    case "enum":
      return oneOf(Object.values(def.entries));
    case "nullable":
      return nullableHolds(holdsOf(def.innerType));
    case "union":
      return unionHolds(def);
    case "custom":
      return customHolds(def);
    default:
      throw unknownKind(def.type);
  }
};

const unknownKind = (kind: string): Error => new Error(`no guard is known for "${kind}"`);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const objectHolds = ({ shape, catchall, ...def }: z.core.$ZodObjectDef): Holds => {
  refuseChecks(def);
  const fields = Object.entries(shape).map(([name, field]) => {
    const isOptional = field._zod.def.type === "optional";
    const inner = isOptional ? (field as z.core.$ZodOptional)._zod.def.innerType : field;
    return { name, isOptional, holds: holdsOf(inner) };
  });
  if (catchall && catchall._zod.def.type !== "never") throw unknownKind("catchall");
  return (value) => {
    if (!isObject(value)) return false;
    let known = 0;
    for (const { name, isOptional, holds } of fields) {
      const one = value[name];
      if (one === undefined) {
        if (!isOptional) return false;
      } else {
        if (!holds(one)) return false;
        known++;
      }
    }
    for (const _ in value) known--;
    return known === 0;
  };
};

/** A name that schemas leave out of every record. */
const LEFT_OUT = "__proto__";

const recordHolds =
  (key: Holds, value: Holds, size: Bounds): Holds =>
  (record) => {
    if (!isObject(record)) return false;
    let names = 0;
    for (const name in record) {
      if (name === LEFT_OUT || !key(name) || !value(record[name])) return false;
      names++;
    }
    return isWithin(size, names);
  };

const arrayHolds =
  (element: Holds, size: Bounds): Holds =>
  (value) =>
    Array.isArray(value) && isWithin(size, value.length) && value.every(element);

const tupleHolds = ({ items, rest, ...def }: z.core.$ZodTupleDef): Holds => {
  refuseChecks(def);
  if (rest) throw unknownKind("rest");
  const all = items.map(holdsOf);
  return (value) =>
    Array.isArray(value) && value.length === all.length && all.every((holds, i) => holds(value[i]));
};

const stringHolds = (def: z.core.$ZodStringDef): Holds => {
  if ("format" in def || def.coerce) throw unknownKind("string");
  const size = boundsOf(def, ["string_format"]);
  const patterns = checksOf(def).flatMap((check) => {
    if (check.check !== "string_format") return [];
    const { pattern } = check as z.core.$ZodCheckStringFormatDef;
    // A sticky one remembers where it was.
    if (!pattern || pattern.global || pattern.sticky) throw unknownKind("string_format");
    return [pattern];
  });
  return (value) =>
    typeof value === "string" && isOfLength(size, value) && patterns.every((pattern) => pattern.test(value));
};

const numberHolds = (def: z.core.$ZodNumberDef): Holds => {
  const isInteger = "format" in def;
  if ((isInteger && def.format !== "safeint") || def.coerce) throw unknownKind("number");
  let [least, most] = [-Infinity, Infinity];
  for (const check of checksOf(def)) {
    const { value, inclusive } = check as z.core.$ZodCheckGreaterThanDef;
    if (typeof value !== "number" || (!inclusive && !isInteger)) throw unknownKind(check.check);
    if (check.check === "greater_than") least = Math.max(least, inclusive ? value : value + 1);
    else if (check.check === "less_than") most = Math.min(most, inclusive ? value : value - 1);
    else throw unknownKind(check.check);
  }
  return (value) =>
    typeof value === "number" &&
    (!isInteger || Number.isSafeInteger(value)) &&
    Number.isFinite(value) &&
    value >= least &&
    value <= most;
};

const oneOf = (values: readonly unknown[]): Holds => {
  const known = new Set(values);
  return (value) => known.has(value);
};

const nullableHolds =
  (inner: Holds): Holds =>
  (value) =>
    value === null || inner(value);

const SCALARS = ["string", "number", "boolean", "literal", "enum"];

/** Of scalars, which no option changes: of objects the first that takes one may leave something out. */
const unionHolds = ({ options }: z.core.$ZodUnionDef): Holds => {
  if (!options.every((option) => SCALARS.includes(option._zod.def.type))) throw unknownKind("union");
  const all = options.map(holdsOf);
  return (value) => all.some((holds) => holds(value));
};

const customHolds = (def: z.core.$ZodCustomDef): Holds => {
  if (def.check !== "custom" || checksOf(def).length > 0) throw unknownKind("custom");
  return (value) => Boolean(def.fn(value));
};

const checksOf = ({ checks }: { checks?: z.core.$ZodCheck<never>[] | undefined }): z.core.$ZodCheckDef[] =>
  (checks ?? []).map((check) => check._zod.def);

const refuseChecks = (def: { checks?: z.core.$ZodCheck<never>[] | undefined }): void => {
  for (const { check } of checksOf(def)) throw unknownKind(check);
};

interface Bounds {
  least: number;
  most: number;
}

/** Of a length. @param others checks that are seen to elsewhere */
const boundsOf = (
  def: { checks?: z.core.$ZodCheck<never>[] | undefined },
  others: readonly string[] = [],
): Bounds => {
  const bounds: Bounds = { least: 0, most: Infinity };
  for (const check of checksOf(def)) {
    if (check.check === "max_length")
      bounds.most = Math.min(bounds.most, (check as z.core.$ZodCheckMaxLengthDef).maximum);
    else if (check.check === "min_length")
      bounds.least = Math.max(bounds.least, (check as z.core.$ZodCheckMinLengthDef).minimum);
    else if (!others.includes(check.check)) throw unknownKind(check.check);
  }
  return bounds;
};

const isWithin = ({ least, most }: Bounds, size: number): boolean => size >= least && size <= most;

/** Characters are code points, which are one unit or two: they are only counted where that matters. */
const isOfLength = (bounds: Bounds, text: string): boolean => {
  const units = text.length;
  if (units < bounds.least || units > 2 * bounds.most) return false;
  if (units >= 2 * bounds.least && units <= bounds.most) return true;
  return isWithin(bounds, [...text].length);
};
