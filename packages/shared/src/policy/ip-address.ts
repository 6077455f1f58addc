/** Bytes of an IP address in network order: four, or sixteen. */
export type IpAddress = readonly number[];

/** Longest text: IPv6 whose last 32 bits are written as IPv4. */
export const IP_ADDRESS_MAX_CHARACTERS = 45;

const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** @returns null where it is none. Leading zeros are refused: readers differ on whether they mean octal */
const parseIpv4 = (text: string): number[] | null => {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part))) return null;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : null;
};

/** Bytes of colon-separated groups; the last of `tail` may be an IPv4 address. */
const parseGroups = (text: string, tail: boolean): number[] | null => {
  if (text === "") return [];
  const groups = text.split(":");
  const bytes: number[] = [];
  for (const [place, group] of groups.entries()) {
    if (tail && place === groups.length - 1 && group.includes(".")) {
      const ipv4 = parseIpv4(group);
      if (ipv4 === null) return null;
      bytes.push(...ipv4);
    } else {
      if (!/^[0-9A-Fa-f]{1,4}$/.test(group)) return null;
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    }
  }
  return bytes;
};

const parseIpv6 = (text: string): number[] | null => {
  const [head, tail, ...more] = text.split("::");
  if (head === undefined || more.length > 0) return null;
  const before = parseGroups(head, tail === undefined);
  const after = tail === undefined ? [] : parseGroups(tail, true);
  if (before === null || after === null) return null;
  const missing = 16 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 2) return null;
  return [...before, ...new Array<number>(missing).fill(0), ...after];
};

/**
 * An address as text: IPv4 in four decimal numbers, IPv6 without brackets and zone. An IPv4 address that is mapped into IPv6
 * (`::ffff:192.0.2.1`) is that IPv4 address. @returns null where it is none; throws nothing
 */
export const parseIpAddress = (text: string): IpAddress | null => {
  if (text.length > IP_ADDRESS_MAX_CHARACTERS) return null;
  if (!text.includes(":")) return parseIpv4(text);
  const bytes = parseIpv6(text);
  return bytes !== null && MAPPED.every((byte, place) => bytes[place] === byte) ? bytes.slice(12) : bytes;
};

/** The first longest run of at least two groups that are zero; from where to where. */
const zeroRun = (groups: readonly number[]): [start: number, end: number] => {
  let longest: [number, number] = [0, 1];
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === 0) end++;
    if (end - start > longest[1] - longest[0]) longest = [start, end];
    start = Math.max(start, end - 1);
  }
  return longest;
};

/** The address as text, the one way of RFC 5952. */
export const formatIpAddress = (address: IpAddress): string => {
  if (address.length === 4) return address.join(".");
  const groups = Array.from(
    { length: 8 },
    (_, place) => ((address[2 * place] as number) << 8) | (address[2 * place + 1] as number),
  );
  const hex = (some: readonly number[]): string => some.map((group) => group.toString(16)).join(":");
  const [start, end] = zeroRun(groups);
  if (end - start < 2) return hex(groups);
  return `${hex(groups.slice(0, start))}::${hex(groups.slice(end))}`;
};
