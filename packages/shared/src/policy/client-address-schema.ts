import { z } from "zod";
import { parseIpNetwork } from "./ip-network.js";
import * as limits from "./limits.js";
import { list } from "./selection-schema.js";

/** Who may say whose request it is that it passes on (docs/decisions/0021-client-address.md). */

const trustedProxySchema = z
  .string()
  .max(limits.TRUSTED_PROXY_MAX_CHARACTERS, { abort: true })
  .superRefine((text, context) => {
    const parsed = parseIpNetwork(text);
    if ("fault" in parsed) context.addIssue({ code: "custom", message: parsed.fault });
    else if (parsed.network.prefix === 0)
      context.addIssue({
        code: "custom",
        message: "this trusts every address, so that clients would choose theirs: name the proxies' networks",
      });
  });

export const FORWARDING_HEADERS = ["x-forwarded-for", "forwarded"] as const;
export type ForwardingHeader = (typeof FORWARDING_HEADERS)[number];

const WHICH = "say which header the trusted proxies set: x-forwarded-for or forwarded";

export const clientAddressSchema = z.strictObject({
  header: z
    .string(WHICH)
    .toLowerCase()
    .pipe(z.enum(FORWARDING_HEADERS, WHICH))
    .describe(
      "`x-forwarded-for` or `forwarded`: the header that every trusted proxy sets or adds to. The other one is not read: a proxy may pass on what a client wrote there.",
    ),
  trustedProxies: list(trustedProxySchema, limits.TRUSTED_PROXIES_MAX).describe(
    "Addresses and networks (`192.0.2.7`, `10.0.0.0/8`, `::1`, `2001:db8::/32`) of the proxies whose word is taken. The list in the header is followed from its end through them to the first address that is not theirs.",
  ),
});
