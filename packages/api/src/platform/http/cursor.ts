import { createHash } from "node:crypto";
import { canonicalJson } from "@masthead/shared/canonical-json";
import { z } from "zod";
import { ApiError } from "./problem.js";

/**
 * Opaque cursors of lists: base64url of the position of the last item handed out, bound to the query that made it. They are
 * not signed, for they grant nothing: a query is authorized whole each time, and a position only says where to go on.
 */

const CURSOR_MAX_CHARACTERS = 2_048;

const envelopeSchema = z.strictObject({ v: z.literal(1), q: z.string(), p: z.unknown() });

/**
 * Names what a list is asked for, less `limit` and `cursor`, which may change from page to page.
 *
 * @param query JSON values; order of keys and absent fields do not matter
 * @returns 16 hexadecimal digits
 */
export const queryFingerprint = (query: Readonly<Record<string, unknown>>): string =>
  createHash("sha256")
    .update(canonicalJson({ ...query, limit: undefined, cursor: undefined }))
    .digest("hex")
    .slice(0, 16);

/** @param position JSON value from which the list goes on */
export const encodeCursor = (fingerprint: string, position: unknown): string =>
  Buffer.from(JSON.stringify({ v: 1, q: fingerprint, p: position })).toString("base64url");

/**
 * @param schema of the position: a cursor is input like any other
 * @param pointer where in the request it stands
 * @throws ApiError `invalid_cursor` when the text is not a cursor, or one of another query
 */
export function decodeCursor<T>(
  fingerprint: string,
  cursor: string,
  schema: z.ZodType<T>,
  pointer = "/query/cursor",
): T {
  const refused = (detail: string) =>
    new ApiError("invalid_cursor", detail, { errors: [{ pointer, message: detail }] });
  if (cursor.length > CURSOR_MAX_CHARACTERS || !/^[A-Za-z0-9_-]+$/.test(cursor))
    throw refused("malformed cursor");
  let decoded: unknown;
  try {
    decoded = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    throw refused("malformed cursor");
  }
  const envelope = envelopeSchema.safeParse(decoded);
  if (!envelope.success) throw refused("malformed cursor");
  if (envelope.data.q !== fingerprint) throw refused("the cursor belongs to another query");
  const position = schema.safeParse(envelope.data.p);
  if (!position.success) throw refused("malformed cursor");
  return position.data;
}
