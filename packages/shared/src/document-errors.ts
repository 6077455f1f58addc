import { z } from "zod";
import { nearestWord } from "./policy/nearest.js";

/** One thing that is wrong with a document. */
export interface DocumentError {
  /** JSON Pointer (RFC 6901); "" is the whole document */
  pointer: string;
  message: string;
}

/** JSON Pointer of a path; "" is the whole document. */
export const toPointer = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

/**
 * What a schema found wrong, an unknown field with the nearest known one.
 *
 * @param refused what is said of a field that the schema knows at this place and yet refuses
 */
export const documentErrors = (
  schema: z.ZodType,
  issues: readonly z.core.$ZodIssue[],
  refused: (key: string) => string = (key) => `${key} is not allowed here`,
): DocumentError[] =>
  issues.flatMap((issue) => {
    if (issue.code !== "unrecognized_keys")
      return [{ pointer: toPointer(issue.path), message: issue.message }];
    const known = fieldsAt(schema, issue.path);
    return issue.keys.map((key) => {
      const pointer = toPointer([...issue.path, key]);
      if (known.includes(key)) return { pointer, message: refused(key) };
      const nearest = nearestWord(key, known);
      return {
        pointer,
        message: `unknown field${nearest === undefined ? "" : `; the nearest known one is ${nearest}`}`,
      };
    });
  });

/** Names of the fields that the schema knows at a path. */
const fieldsAt = (root: z.ZodType, path: readonly PropertyKey[]): string[] => {
  let nodes: z.ZodType[] = expand(root);
  for (const part of path)
    nodes = nodes.flatMap((node) => {
      if (node instanceof z.ZodArray) return expand(node.element as z.ZodType);
      if (node instanceof z.ZodObject) {
        const field: unknown = node.shape[String(part)];
        return field instanceof z.ZodType ? expand(field) : [];
      }
      return [];
    });
  return [...new Set(nodes.flatMap((node) => (node instanceof z.ZodObject ? Object.keys(node.shape) : [])))];
};

const expand = (node: z.ZodType): z.ZodType[] => {
  if (node instanceof z.ZodOptional || node instanceof z.ZodDefault)
    return expand(node.unwrap() as z.ZodType);
  if (node instanceof z.ZodUnion) return (node.options as z.ZodType[]).flatMap(expand);
  return [node];
};
