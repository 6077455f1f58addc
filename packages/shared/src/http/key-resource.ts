import { z } from "zod";

const time = (what: string) => z.string().describe(`${what}: RFC 3339 in UTC with microseconds.`);

/** A key, without its secret, which nobody can read again. */
export const keyResourceSchema = z.object({
  id: z.string().describe("The key's public id: what stands between `mh_` and the secret."),
  name: z.string().describe("What it is for, in words."),
  role: z.enum(["admin", "editor", "viewer", "tenant"]).describe("What it may do at most."),
  tenant: z.string().nullable().describe("Whose it is, of the role `tenant`."),
  scopes: z
    .array(z.string())
    .nullable()
    .describe("What narrows the role further, such as `usage:read`; `null`: nothing does."),
  createdAt: time("When it was made"),
  createdBy: z.string().describe("Who made it: `key:<id of a key>` or `system:host`."),
  expiresAt: time("From when on it is not let in").nullable(),
  lastUsedOn: z.string().nullable().describe("The last day in UTC on which it was used, `YYYY-MM-DD`."),
  previousSecretUntil: time("Until when the secret from before the last rotation is let in, too").nullable(),
  status: z.enum(["active", "expired"]).describe("Whether it is let in."),
});
export type KeyResource = z.infer<typeof keyResourceSchema>;

/** A key that was made or rotated just now, with its secret. */
export const keyWithSecretSchema = keyResourceSchema.extend({
  key: z.string().describe("The whole key, to be sent as `Authorization: Bearer`. Shown this once."),
});
export type KeyWithSecret = z.infer<typeof keyWithSecretSchema>;
