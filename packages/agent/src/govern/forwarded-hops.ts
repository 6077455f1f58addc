import type { ForwardingHeader } from "@masthead/shared/policy/client-address-schema";
import { type IpAddress, parseIpAddress } from "@masthead/shared/policy/ip-address";

/** What one proxy said of the one before it: an address; null: something else, or nothing that can be read. */
export type Hop = IpAddress | null;

/** An IPv6 address in brackets with an obfuscated port of some length; what is longer names no address that is known. */
const NODE_MAX_CHARACTERS = 128;
const PORT = String.raw`(?::(?:\d{1,5}|_[A-Za-z0-9._-]+))?`;
const IN_BRACKETS = new RegExp(String.raw`^\[([0-9A-Fa-f:.]+)\]${PORT}$`);
const IPV4 = new RegExp(String.raw`^([\d.]+)${PORT}$`);

/**
 * The address of a node (RFC 7239, section 6), with or without a port. Proxies also write IPv6 without brackets. `unknown` and
 * obfuscated names are no address.
 */
function nodeAddress(node: string): Hop {
  if (node.length > NODE_MAX_CHARACTERS) return null;
  const inBrackets = IN_BRACKETS.exec(node)?.[1];
  if (inBrackets !== undefined) return inBrackets.includes(":") ? parseIpAddress(inBrackets) : null;
  return parseIpAddress(IPV4.exec(node)?.[1] ?? node);
}

/** From the end, where the nearest proxy wrote; what is further to the left may never be looked at. */
function* listHops(value: string): Generator<Hop> {
  for (let end = value.length; end >= 0; ) {
    const comma = end === 0 ? -1 : value.lastIndexOf(",", end - 1);
    const node = value.slice(comma + 1, end).trim();
    if (node !== "") yield nodeAddress(node);
    end = comma;
  }
}

/** One pair of `Forwarded` (RFC 7239, section 4) or none, and what ends it. Addresses with a port come unquoted, too. */
const PAIR = /[ \t]*(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:"((?:[^"\\]|\\.)*)"|([^",; \t]*)))?[ \t]*([;,]|$)/y;

/**
 * From the beginning, since a comma within quotes is told only so. A line that breaks the grammar anywhere says nothing: a
 * client that opens a quote must not decide where the elements of proxies begin.
 */
function forwardedHops(value: string): Hop[] {
  const hops: Hop[] = [];
  let pairs = 0;
  let node: string | undefined;
  for (PAIR.lastIndex = 0; ; ) {
    const pair = PAIR.exec(value);
    if (pair === null) return [null];
    const [, name, quoted, plain = "", end] = pair;
    if (name !== undefined) pairs += 1;
    if (name?.toLowerCase() === "for") {
      if (node !== undefined) return [null];
      node = quoted?.replace(/\\(.)/g, "$1") ?? plain;
    }
    if (end === ";") continue;
    if (pairs > 0) hops.push(node === undefined ? null : nodeAddress(node));
    if (end === "") return hops.reverse();
    pairs = 0;
    node = undefined;
  }
}

/** The hops that one line of the header names, the last of the line first. Throws nothing. */
export const hopsOf = (header: ForwardingHeader, value: string): Iterable<Hop> =>
  header === "forwarded" ? forwardedHops(value) : listHops(value);
