import { z } from "zod";
import { NAME_MAX_BYTES } from "./limits.js";

/** A field name (RFC 9110, section 5.1), lower-cased. */
export const headerNameSchema = z
  .string()
  .min(1, "a header name is not empty")
  .max(NAME_MAX_BYTES, `a header name has at most ${NAME_MAX_BYTES} bytes`)
  .regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]*$/, "not a header name: letters, digits and !#$%&'*+-.^_`|~ only")
  .toLowerCase()
  // A key of JSON objects that JavaScript treats as something else; no header is called that.
  .refine((name) => name !== "__proto__", "this name cannot be used");

/** A query parameter name as requests spell it (percent-encoded where they encode it), lower-cased. */
export const queryParameterNameSchema = z
  .string()
  .min(1, "a query parameter name is not empty")
  .max(NAME_MAX_BYTES, `a query parameter name has at most ${NAME_MAX_BYTES} bytes`)
  .regex(
    /^(?:[A-Za-z0-9\-._~!$'()*,;:@/?[\]]|%[0-9A-Fa-f]{2})*$/,
    "not a query parameter name as a request spells it: percent-encode what is not a letter, digit or -._~!$'()*,;:@/?[]",
  )
  .toLowerCase()
  .refine((name) => name !== "__proto__", "this name cannot be used");
