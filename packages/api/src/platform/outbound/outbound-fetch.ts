import { promises as dns } from "node:dns";
import { parseIpAddress } from "@masthead/shared/policy/ip-address";
import { type AllowedHosts, mayReach, needsLookUp, urlFault } from "./allowed-hosts.js";
import { OUTBOUND_WITHIN_MS, OutboundError, outboundError, type SendOutbound } from "./outbound.js";

/**
 * Sends by `fetch`, which is everywhere. The host's addresses are looked at before, where the runtime can look them up; that `fetch` then
 * connects to one of them is not certain. Workers cannot look up, and reach no private network.
 */
export const fetchOutbound =
  (allowed: AllowedHosts): SendOutbound =>
  async ({ method, url, headers, body }) => {
    const fault = urlFault(url, allowed);
    if (fault !== null) throw new OutboundError(`the URL ${fault}`);
    try {
      if (needsLookUp(url, allowed)) await checkAddresses(url, allowed);
      const answer = await fetch(url, {
        method,
        headers,
        body: body as Uint8Array<ArrayBuffer>,
        redirect: "manual",
        signal: AbortSignal.timeout(OUTBOUND_WITHIN_MS),
      });
      await answer.body?.cancel();
      return { status: answer.status, retryAfter: answer.headers.get("retry-after") };
    } catch (error) {
      throw outboundError(error);
    }
  };

const CANNOT_LOOK_UP = /not implemented/i;

const checkAddresses = async ({ hostname }: URL, allowed: AllowedHosts): Promise<void> => {
  const found = await dns.lookup(hostname, { all: true }).catch((error: Error) => {
    if (CANNOT_LOOK_UP.test(error.message)) return [];
    throw error;
  });
  for (const { address } of found) {
    const parsed = parseIpAddress(address);
    if (parsed === null || !mayReach(parsed, allowed))
      throw new OutboundError("the host's name leads to this host or a private network");
  }
};
