import type { ForwardingHeader } from "@masthead/shared/policy/client-address-schema";
import { formatIpAddress, type IpAddress, parseIpAddress } from "@masthead/shared/policy/ip-address";
import { type IpNetwork, networkHas, parseIpNetwork } from "@masthead/shared/policy/ip-network";
import type { CapturePolicy } from "@masthead/shared/policy/schema";
import { ExchangeFlag } from "./exchange-flags.js";
import type { ForwardedClient } from "./forwarded-client.js";
import { hopsOf } from "./forwarded-hops.js";
import type { GovernedExchange } from "./governed-exchange.js";

/** One occurrence of the header. */
export interface ForwardedLine {
  value: string;
  /** false: its end was cut, where the nearest proxy wrote */
  whole: boolean;
}

/** Trusted hops that are followed. Real chains have a few; a client may send thousands of addresses that are trusted. */
const HOPS_MAX = 64;

/** Whose word a policy takes for `client.address`, and what they said. */
export class ClientAddress {
  constructor(
    private readonly header: ForwardingHeader,
    private readonly trusted: readonly IpNetwork[],
  ) {}

  /**
   * Follows what the peer and the proxies before it wrote, from the end, through trusted addresses to the first that is not:
   * what stands further to the left is that one's own claim and is not read. Where all are trusted, the first is the client.
   * Takes for granted that the peer is trusted.
   * @param lines all occurrences of the header, in order: they are one list
   */
  follow(lines: readonly ForwardedLine[]): ForwardedClient {
    let client: IpAddress | undefined;
    let hops = 0;
    for (let line = lines.length - 1; line >= 0; line -= 1) {
      const { value, whole } = lines[line] as ForwardedLine;
      if (!whole) return known(client, true);
      for (const hop of hopsOf(this.header, value)) {
        if (hop === null || hops === HOPS_MAX) return known(client, true);
        client = hop;
        hops += 1;
        if (!this.has(hop)) return known(client, false);
      }
    }
    return known(client, false);
  }

  /** @param address of a peer, as text */
  trusts(address: string): boolean {
    const parsed = parseIpAddress(address);
    return parsed !== null && this.has(parsed);
  }

  private has(address: IpAddress): boolean {
    for (const network of this.trusted) if (networkHas(network, address)) return true;
    return false;
  }
}

const known = (client: IpAddress | undefined, unresolved: boolean): ForwardedClient => ({
  ...(client !== undefined && { address: formatIpAddress(client) }),
  unresolved,
});

/** @param asked of a valid policy */
export function compileClientAddress({
  header,
  trustedProxies,
}: NonNullable<CapturePolicy["spec"]["clientAddress"]>): ClientAddress {
  const networks = trustedProxies.map((text) => parseIpNetwork(text));
  return new ClientAddress(
    header,
    networks.flatMap((parsed) => ("network" in parsed ? [parsed.network] : [])),
  );
}

/**
 * `client.address` of an exchange whose connection is known as far as it ever will be. A peer that is not known is not
 * trusted.
 */
export function settleClientAddress(governed: GovernedExchange): void {
  const { exchange, forwarded, plan } = governed;
  const peer = exchange.connection.peerAddress;
  if (forwarded === undefined || peer === undefined || !plan.clientAddress?.trusts(peer)) return;
  if (forwarded.address !== undefined) exchange.clientAddress = forwarded.address;
  if (forwarded.unresolved) governed.flags |= ExchangeFlag.CLIENT_UNRESOLVED;
}
