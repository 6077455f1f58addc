import { type DocumentError, documentErrors, toPointer } from "../document-errors.js";
import { filterExcess, type UsageQueryDocument, usageQueryDocumentSchema } from "./usage-query-schema.js";

export type ParsedUsageQuery =
  | { ok: true; query: UsageQueryDocument }
  | { ok: false; errors: DocumentError[] };

const ERRORS_MAX = 50;

/** A usage query from an unknown value (what a JSON parser gave), with its defaults; errors carry JSON Pointers. */
export const parseUsageQuery = (input: unknown): ParsedUsageQuery => {
  const filter = (input as { filter?: unknown } | null | undefined)?.filter;
  const excess = filterExcess(filter);
  if (excess)
    return {
      ok: false,
      errors: [{ pointer: toPointer(["filter", ...excess.path]), message: excess.message }],
    };
  const result = usageQueryDocumentSchema.safeParse(input);
  if (result.success) return { ok: true, query: result.data };
  const errors = documentErrors(usageQueryDocumentSchema, result.error.issues);
  return { ok: false, errors: errors.slice(0, ERRORS_MAX) };
};
