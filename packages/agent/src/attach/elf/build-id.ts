import type { ByteSource } from "./byte-source.js";
import type { Segment } from "./elf-header.js";

const PT_NOTE = 4;
const NT_GNU_BUILD_ID = 3;
const NOTE_HEADER_BYTES = 12;
/** A linker writes 16 or 20; some write up to 64 that they were told. */
const ID_MAX_BYTES = 64;
const NOTES_MAX_BYTES = 64 * 1024;

/** The build id of a file in hexadecimal, from its note segments. Undefined where it has none. @throws ElfError */
export function readBuildId(source: ByteSource, segments: readonly Segment[]): string | undefined {
  for (const { type, offset, fileBytes } of segments) {
    if (type !== PT_NOTE || fileBytes > NOTES_MAX_BYTES) continue;
    const id = buildIdIn(source.read(offset, fileBytes));
    if (id !== undefined) return id;
  }
  return undefined;
}

const aligned = (bytes: number): number => (bytes + 3) & ~3;

function buildIdIn(notes: Buffer): string | undefined {
  for (let at = 0; at + NOTE_HEADER_BYTES <= notes.length; ) {
    const nameBytes = notes.readUInt32LE(at);
    const idBytes = notes.readUInt32LE(at + 4);
    if (nameBytes > NOTES_MAX_BYTES || idBytes > NOTES_MAX_BYTES) return undefined;
    const name = at + NOTE_HEADER_BYTES;
    const id = name + aligned(nameBytes);
    const isBuildId =
      notes.readUInt32LE(at + 8) === NT_GNU_BUILD_ID && notes.toString("latin1", name, name + 4) === "GNU\0";
    if (isBuildId && idBytes > 0 && idBytes <= ID_MAX_BYTES && id + idBytes <= notes.length)
      return notes.toString("hex", id, id + idBytes);
    at = id + aligned(idBytes);
  }
  return undefined;
}
