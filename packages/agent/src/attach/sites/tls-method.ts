import type { ElfFile } from "../elf/elf-file.js";
import { decode } from "./instructions.js";

/** Functions of OpenSSL that have no exported names, as the table of `TLS_method()` has them (`struct ssl_method_st`): their addresses. */
export interface TlsMethod {
  /** what makes a server's and a client's handshake, whoever asks for it: the program, a read or a write */
  accept: number | undefined;
  connect: number | undefined;
  /** through which all that is read comes */
  readBytes: number | undefined;
  /** through which all that is written goes; undefined since 3.2, which has another way to make records of it */
  writeBytes: number | undefined;
}

const TLS_METHOD = "TLS_method";
/** What OpenSSL has had since 3.2, when the table changed. */
const SINCE_3_2 = "SSL_handle_events";
/** By whose symbols it is found. */
export const METHOD_FUNCTIONS = [TLS_METHOD, SINCE_3_2] as const;
/** Where the table has them, in bytes: up to 3.1, and since 3.2. */
interface Places {
  accept: number;
  connect: number;
  readBytes: number;
  writeBytes?: number;
}
const PLACES: Places = { accept: 0x28, connect: 0x30, readBytes: 0x68, writeBytes: 0x70 };
const PLACES_SINCE_3_2: Places = { accept: 0x40, connect: 0x48, readBytes: 0x80 };

/** Undefined where there is no such table. @throws ElfError */
export function tlsMethod(elf: ElfFile): TlsMethod | undefined {
  if (elf.machine !== "x86-64") return undefined;
  const symbols = elf.functions(new Set(METHOD_FUNCTIONS));
  const getter = symbols.get(TLS_METHOD)?.address;
  const table = getter === undefined ? undefined : returnedAddress(elf, getter);
  if (table === undefined) return undefined;
  const places = symbols.has(SINCE_3_2) ? PLACES_SINCE_3_2 : PLACES;
  const words = elf.linkedAddresses(Object.values(places).map((place) => table + place));
  const code = (place: number | undefined) => {
    const address = place === undefined ? undefined : words.get(table + place);
    return address !== undefined && elf.isCode(address) ? address : undefined;
  };
  return {
    accept: code(places.accept),
    connect: code(places.connect),
    readBytes: code(places.readBytes),
    writeBytes: code(places.writeBytes),
  };
}

/** A landing pad, a frame pointer's beginning and end, the address. */
const GETTER_INSTRUCTIONS_MAX = 5;

/** Of `lea rax, [rip+n]; ret`, or `mov eax, n; ret` in an executable that has a fixed place, with a landing pad and a frame pointer or without. */
function returnedAddress(elf: ElfFile, getter: number): number | undefined {
  for (const { bytes, address, length, flow } of decode(
    elf.code(getter, 32),
    getter,
    GETTER_INSTRUCTIONS_MAX,
  )) {
    if (flow !== "next") return undefined;
    const isRelative = bytes[0] === 0x48 && bytes[1] === 0x8d && bytes[2] === 0x05;
    if (isRelative) return address + length + bytes.readInt32LE(3);
    const isAddress = bytes[0] === 0xb8 && elf.isFixed;
    if (isAddress) return bytes.readUInt32LE(1);
  }
  return undefined;
}
