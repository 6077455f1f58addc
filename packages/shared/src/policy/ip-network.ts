import { formatIpAddress, type IpAddress, parseIpAddress } from "./ip-address.js";

/** The addresses that begin with the first `prefix` bits of `address`; all further bits of it are zero. */
export interface IpNetwork {
  address: IpAddress;
  prefix: number;
}

const PREFIX = /^(?:0|[1-9]\d{0,2})$/;

/** Does the network have the address? One of another family never. */
export const networkHas = ({ address, prefix }: IpNetwork, other: IpAddress): boolean => {
  if (address.length !== other.length) return false;
  const whole = prefix >> 3;
  for (let byte = 0; byte < whole; byte++) if (address[byte] !== other[byte]) return false;
  const rest = prefix & 7;
  return rest === 0 || ((address[whole] as number) ^ (other[whole] as number)) >> (8 - rest) === 0;
};

/** The address with all bits beyond the prefix zero. */
const firstOf = (address: IpAddress, prefix: number): number[] =>
  address.map((byte, place) => byte & (0xff00 >> Math.min(Math.max(prefix - 8 * place, 0), 8)) & 0xff);

/** As it is written, the one way: an address alone where the network has just that one. */
export const formatIpNetwork = ({ address, prefix }: IpNetwork): string =>
  `${formatIpAddress(address)}${prefix === 8 * address.length ? "" : `/${prefix}`}`;

/**
 * An address, or a network as address and prefix length.
 * @returns the network, or in words what is wrong with the text and what may be meant; throws nothing
 */
export const parseIpNetwork = (text: string): { network: IpNetwork } | { fault: string } => {
  const [addressText = "", prefixText, ...more] = text.split("/");
  const address = parseIpAddress(addressText);
  if (address === null || more.length > 0) {
    const bare = addressText.replace(/^\[(.*)\](?::\d+)?$/, "$1").replace(/^([\d.]+):\d+$/, "$1");
    const meant = bare === addressText ? null : parseIpAddress(bare);
    return {
      fault:
        meant === null
          ? "not an IP address such as 192.0.2.7 or ::1, nor a network such as 10.0.0.0/8 or 2001:db8::/32; names are not looked up"
          : `an address without brackets and port: write ${formatIpAddress(meant)}`,
    };
  }
  const bits = 8 * address.length;
  if (prefixText === undefined) return { network: { address, prefix: bits } };
  const prefix = Number(prefixText);
  const mapped = bits === 32 && addressText.includes(":");
  if (mapped) return { fault: "an IPv4 network that is mapped into IPv6: write the IPv4 network" };
  if (!PREFIX.test(prefixText) || prefix > bits)
    return { fault: `the prefix length of an IPv${bits === 32 ? 4 : 6} network is a number up to ${bits}` };
  const first = firstOf(address, prefix);
  if (first.some((byte, place) => byte !== address[place]))
    return {
      fault: `bits beyond the prefix are set: write ${formatIpAddress(first)}/${prefix} for the network, or ${formatIpAddress(address)} for the one address`,
    };
  return { network: { address, prefix } };
};
