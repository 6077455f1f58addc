import { z } from "zod";
import { TENANT_ID_MAX_CHARACTERS } from "../ids.js";
import { REPORT_FORMS } from "./report-schema.js";

const WEBHOOK_SECRET = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;
const text = (max: number) => z.string().min(1).max(max);
const unique = <T extends z.ZodType<string>>(item: T, max: number) =>
  z
    .array(item)
    .min(1)
    .max(max)
    .refine((items) => new Set(items).size === items.length, "each once");

const commonShape = {
  name: text(128).describe("For people."),
  tenantId: text(TENANT_ID_MAX_CHARACTERS)
    .refine((id) => !id.includes("\u0000"), "a tenant's id holds no U+0000")
    .nullable()
    .default(null)
    .describe("Whose reports; `null`: those of all tenants."),
  forms: unique(z.enum(REPORT_FORMS), 8)
    .default(["json"])
    .describe("What each report is sent as, each in a delivery of its own."),
  periods: unique(z.enum(["day", "month"]), 2)
    .default(["day", "month"])
    .describe("Which reports: of days, of months."),
  statuses: unique(z.enum(["sealed", "restated"]), 2)
    .default(["sealed", "restated"])
    .describe("When: as a report is sealed, and as it is restated."),
  enabled: z.boolean().default(true).describe("`false`: nothing new is sent there."),
};

const url = text(2_048).refine((value) => URL.canParse(value), "a URL");

const webhookShape = {
  kind: z.literal("webhook").describe("Events are sent to a URL."),
  url: url.describe(
    "Where to `POST`, by Standard Webhooks. https only; other hosts than public ones have to be allowed by configuration.",
  ),
};
const bucketShape = {
  kind: z.literal("bucket").describe("Objects are put into an S3-compatible bucket."),
  endpoint: url.describe("The S3-compatible service, such as `https://s3.eu-central-1.amazonaws.com`."),
  region: text(64)
    .regex(/^[a-z0-9-]+$/, "lower case letters, digits and hyphens")
    .default("us-east-1")
    .describe("The bucket's region, by which requests are signed."),
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "the name of a bucket")
    .describe("Its name."),
  prefix: z
    .string()
    .max(256)
    .regex(
      /^([A-Za-z0-9_-][A-Za-z0-9._-]*\/)*$/,
      "folders of letters, digits, `.`, `_` and `-`, each with a `/` behind it",
    )
    .default("")
    .describe("Before each key, such as `masthead/`."),
  accessKeyId: text(128)
    .regex(/^[A-Za-z0-9_./+=-]+$/, "an access key's id")
    .describe("Whose requests they are."),
};
const folderShape = {
  kind: z.literal("folder").describe("Files are written by the resident server."),
  path: z
    .string()
    .max(256)
    .regex(
      /^([A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)?$/,
      "folders of letters, digits, `.`, `_` and `-`, with `/` between them",
    )
    .default("")
    .describe("Below the folder that the server is configured with (`MASTHEAD_DELIVERY_FOLDER`)."),
};

const secrets = unique(z.string().regex(WEBHOOK_SECRET, "`whsec_` and 24 to 64 random bytes in base64"), 2)
  .optional()
  .describe(
    "Keys that sign, one or two: while two are there each delivery bears both signatures. Never answered. Absent on a change: as they are.",
  );
const secretAccessKey = text(256).optional().describe("Never answered. Absent on a change: as it is.");

/** A destination as it is put. */
export const destinationDocumentSchema = z.discriminatedUnion("kind", [
  z.strictObject({ ...commonShape, ...webhookShape, secrets }),
  z.strictObject({ ...commonShape, ...bucketShape, secretAccessKey }),
  z.strictObject({ ...commonShape, ...folderShape }),
]);
/** With its defaults. */
export type DestinationDocument = z.infer<typeof destinationDocumentSchema>;

const answeredShape = {
  id: z.string().describe("`dst_…`"),
  revision: z.int().describe("From 1 on, with each change; also the `ETag`."),
  createdAt: z.string().describe("RFC 3339 in UTC with microseconds."),
  changedAt: z.string().describe("RFC 3339 in UTC with microseconds."),
};

/** As it is sent. */
export type DestinationInput = z.input<typeof destinationDocumentSchema>;

/** A destination as it is answered: without what it keeps secret. */
export const destinationSchema = z.discriminatedUnion("kind", [
  z.object({
    ...answeredShape,
    ...commonShape,
    ...webhookShape,
    secretCount: z.int().describe("How many keys sign: two while they are rotated."),
  }),
  z.object({ ...answeredShape, ...commonShape, ...bucketShape }),
  z.object({ ...answeredShape, ...commonShape, ...folderShape }),
]);
export type DestinationResource = z.infer<typeof destinationSchema>;
