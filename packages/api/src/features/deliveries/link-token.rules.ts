import { z } from "zod";
import type { Secrets } from "../../platform/secrets.js";
import { REPORT_FORMS } from "../reports/index.js";

const grantSchema = z.strictObject({
  tenantId: z.string().min(1).max(128),
  period: z.string().max(10),
  version: z.int().min(1),
  form: z.enum(REPORT_FORMS),
  /** good while the tenant's links are of this one */
  generation: z.int().min(0),
  /** Unix seconds */
  expires: z.int().min(0),
});
/** What a link lets its holder read, and until when. */
export type LinkGrant = z.infer<typeof grantSchema>;

const TOKEN = /^([A-Za-z0-9_-]{1,2048})\.([A-Za-z0-9_-]{43})$/;
/** What is signed differs from all else that the same key may ever sign. */
const signedText = (payload: string): string => `report link v1 ${payload}`;

export const makeToken = async (secrets: Secrets, grant: LinkGrant): Promise<string> => {
  const payload = Buffer.from(JSON.stringify(grant)).toString("base64url");
  const signature = Buffer.from(await secrets.sign(signedText(payload))).toString("base64url");
  return `${payload}.${signature}`;
};

/** @returns what the token grants; null where it is none of this control plane's, or has expired */
export const readToken = async (
  secrets: Secrets,
  token: string,
  nowSeconds: number,
): Promise<LinkGrant | null> => {
  const [, payload = "", signature = ""] = TOKEN.exec(token) ?? [];
  if (!(await secrets.verify(signedText(payload), Buffer.from(signature, "base64url")))) return null;
  const grant = grantSchema.safeParse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
  return grant.success && grant.data.expires > nowSeconds ? grant.data : null;
};
