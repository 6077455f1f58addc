import { type IpAddress, parseIpAddress } from "@masthead/shared/policy/ip-address";
import { type IpNetwork, networkHas, parseIpNetwork } from "@masthead/shared/policy/ip-network";

/** Addresses that no request may be sent to unless they are allowed: this host, private networks, links, and what is no host at all. */
const NOT_PUBLIC: readonly IpNetwork[] = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"],
  ...["192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"],
  ...["198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"],
  // All of IPv6 that is not 2000::/3, and of that what leads to IPv4 or nowhere.
  ...["::/3", "4000::/2", "8000::/1", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"],
].flatMap((text) => {
  const parsed = parseIpNetwork(text);
  return "network" in parsed ? [parsed.network] : [];
});

/** Which hosts requests may be sent to beside those that are public. */
export interface AllowedHosts {
  /** lower case, as they stand in a URL */
  readonly names: ReadonlySet<string>;
  readonly networks: readonly IpNetwork[];
}
export const PUBLIC_ONLY: AllowedHosts = { names: new Set(), networks: [] };

/** A comma list of host names, addresses and networks. @returns the hosts, or what is wrong with the list */
export const parseAllowedHosts = (text: string): AllowedHosts | { fault: string } => {
  const names = new Set<string>();
  const networks: IpNetwork[] = [];
  for (const entry of text.split(",").map((one) => one.trim().toLowerCase())) {
    if (entry === "") continue;
    const parsed = parseIpNetwork(entry);
    if ("network" in parsed) networks.push(parsed.network);
    else if (/^(?=.*[a-z])[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(entry)) names.add(entry);
    else return { fault: `${entry} is neither a host name nor an address or network` };
  }
  return { names, networks };
};

/** Whether requests may be sent to an address. */
export const mayReach = (address: IpAddress, { networks }: AllowedHosts): boolean =>
  networks.some((network) => networkHas(network, address)) ||
  !NOT_PUBLIC.some((network) => networkHas(network, address));

/** The address that a URL's host is, if it is one and no name. */
export const literalAddress = ({ hostname }: URL): IpAddress | null =>
  parseIpAddress(hostname.replace(/^\[(.*)\]$/, "$1"));

const isAllowedByName = ({ hostname }: URL, { names }: AllowedHosts): boolean =>
  names.has(hostname.toLowerCase());

/** Whether the host's addresses have to be looked at before a request is sent. */
export const needsLookUp = (url: URL, allowed: AllowedHosts): boolean =>
  !isAllowedByName(url, allowed) && literalAddress(url) === null;

/**
 * What is wrong with a URL to send to, as far as the URL itself says: the addresses of a name are known when it is sent.
 * @returns in words; null: nothing
 */
export const urlFault = (url: URL, allowed: AllowedHosts): string | null => {
  if (url.username !== "" || url.password !== "") return "holds a user or password: use a secret instead";
  if (url.hash !== "") return "has a fragment, which is never sent";
  const literal = literalAddress(url);
  const byName = isAllowedByName(url, allowed);
  const isAllowed = byName || (literal !== null && allowed.networks.some((one) => networkHas(one, literal)));
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isAllowed))
    return `is no https: URL, and ${url.hostname} is not among the hosts that MASTHEAD_DELIVERY_HOSTS allows`;
  const isLocalName = /(^|\.)(localhost|local|internal)\.?$/i.test(url.hostname);
  if (!byName && (isLocalName || (literal !== null && !mayReach(literal, allowed))))
    return `leads to this host or a private network; MASTHEAD_DELIVERY_HOSTS allows ${url.hostname} where it names it`;
  return null;
};
