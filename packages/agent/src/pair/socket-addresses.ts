import { SocketAddress } from "node:net";
import type { RecordBytes } from "../decode/record-bytes.js";
import { AddressFamily } from "../decode/record-enums.js";
import { RECORD_SOCKET } from "../decode/record-layout.js";

/** The two ends of a socket, as text. */
export interface SocketAddresses {
  localAddress: string;
  localPort: number;
  peerAddress: string;
  peerPort: number;
}

/** Reads struct record_socket at `start`. @returns null where the family is neither IPv4 nor IPv6 */
export function readSocket(bytes: RecordBytes, start: number): SocketAddresses | null {
  const family = bytes.u16(start + RECORD_SOCKET.family);
  if (family !== AddressFamily.AF_INET && family !== AddressFamily.AF_INET6) return null;
  return {
    localAddress: readAddress(bytes, start + RECORD_SOCKET.local, family),
    localPort: bytes.u16(start + RECORD_SOCKET.local_port),
    peerAddress: readAddress(bytes, start + RECORD_SOCKET.peer, family),
    peerPort: bytes.u16(start + RECORD_SOCKET.peer_port),
  };
}

function readAddress(bytes: RecordBytes, at: number, family: number): string {
  if (family === AddressFamily.AF_INET) return readIpv4(bytes, at);
  if (isIpv4Mapped(bytes, at)) return readIpv4(bytes, at + 12);
  const groups: string[] = [];
  for (let group = 0; group < 16; group += 2) {
    groups.push(((bytes.u8(at + group) << 8) | bytes.u8(at + group + 1)).toString(16));
  }
  return new SocketAddress({ family: "ipv6", address: groups.join(":") }).address;
}

const readIpv4 = (bytes: RecordBytes, at: number): string =>
  `${bytes.u8(at)}.${bytes.u8(at + 1)}.${bytes.u8(at + 2)}.${bytes.u8(at + 3)}`;

/** `::ffff:192.0.2.1`: an IPv4 peer of a dual-stack socket is shown as what it is. */
function isIpv4Mapped(bytes: RecordBytes, at: number): boolean {
  for (let byte = 0; byte < 10; byte += 1) if (bytes.u8(at + byte) !== 0) return false;
  return bytes.u8(at + 10) === 0xff && bytes.u8(at + 11) === 0xff;
}
