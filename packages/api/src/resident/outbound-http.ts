import { type LookupAddress, type LookupOptions, lookup } from "node:dns";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { parseIpAddress } from "@masthead/shared/policy/ip-address";
import { type AllowedHosts, mayReach, needsLookUp, urlFault } from "../platform/outbound/allowed-hosts.js";
import {
  OUTBOUND_WITHIN_MS,
  OutboundError,
  outboundError,
  type SendOutbound,
} from "../platform/outbound/outbound.js";

type Found = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** Looks a name up once, and hands on addresses that may be reached: the connection goes to one of these and to no other. */
const lookupAllowed =
  (allowed: AllowedHosts) =>
  (hostname: string, options: LookupOptions, done: Found): void => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return done(error, []);
      const reached = found.filter(({ address }) => {
        const parsed = parseIpAddress(address);
        return parsed !== null && mayReach(parsed, allowed);
      });
      const [first] = reached;
      if (!first)
        return done(new OutboundError("the host's name leads to this host or a private network"), []);
      return options.all ? done(null, reached) : done(null, first.address, first.family);
    });
  };

/** Sends over a connection of its own, which is made to an address that was looked at. */
export const httpOutbound =
  (allowed: AllowedHosts, withinMs: number = OUTBOUND_WITHIN_MS): SendOutbound =>
  async ({ method, url, headers, body }) => {
    const fault = urlFault(url, allowed);
    if (fault !== null) throw new OutboundError(`the URL ${fault}`);
    const options = {
      method,
      headers: { ...headers, "content-length": String(body.length) },
      agent: false,
      signal: AbortSignal.timeout(withinMs),
      ...(needsLookUp(url, allowed) ? { lookup: lookupAllowed(allowed) } : {}),
    };
    try {
      return await new Promise((resolve, reject) => {
        const request = (url.protocol === "https:" ? requestHttps : requestHttp)(url, options);
        request.on("error", reject);
        request.on("response", (answer) => {
          answer.on("error", () => {});
          const { "retry-after": retryAfter = null } = answer.headers;
          resolve({ status: answer.statusCode ?? 0, retryAfter });
          request.destroy();
        });
        request.end(body);
      });
    } catch (error) {
      throw outboundError(error);
    }
  };
