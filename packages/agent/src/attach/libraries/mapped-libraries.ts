import { fileIdentity } from "../file-identity.js";
import { type MappedFile, mappedAsCode } from "../processes/proc-maps.js";
import { executableOf } from "../processes/proc-process.js";
import { isQuicName, isTlsLibraryName, otherTlsName } from "./library-name.js";

export interface MappedLibrary {
  /** that the kernel can open now */
  path: string;
  /** by which the process mapped it */
  name: string;
  /** the file was replaced or removed since */
  deleted: boolean;
}

export interface MappedLibraries {
  /** TLS libraries that can be captured */
  libraries: MappedLibrary[];
  /** a path of the program itself that the kernel can open now; it may carry its TLS inside */
  executable?: string;
  /** names of other TLS implementations, each once */
  otherTls: string[];
  /** something that speaks QUIC is mapped */
  hasQuic: boolean;
}

/** TLS libraries that a process maps as code, and its program. @throws the system's error where its maps cannot be read */
export function mappedLibraries(pid: number): MappedLibraries {
  const files = mappedAsCode(pid);
  const executable = executableOf(pid);
  const program = files.find(({ path }) => path === executable);
  const libraries = files.filter(({ path }) => isTlsLibraryName(path));
  return {
    libraries: libraries.map((file) => ({
      ...{ path: openablePath(pid, file), name: file.path, deleted: file.deleted },
    })),
    ...(program && { executable: openablePath(pid, program) }),
    otherTls: [...new Set(files.flatMap(({ path }) => otherTlsName(path) ?? []))],
    hasQuic: files.some(({ path }) => isQuicName(path)),
  };
}

/**
 * Through the process's own root where the same file is still there, since that path outlives a remapping; else through
 * its mapping, which leads to deleted and replaced files too (and wants CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE).
 */
function openablePath(pid: number, { path, range, deleted }: MappedFile): string {
  const mapping = `/proc/${pid}/map_files/${range}`;
  const inRoot = `/proc/${pid}/root${path}`;
  if (deleted) return mapping;
  const mapped = identityOrNothing(mapping);
  const rooted = identityOrNothing(inRoot);
  if (rooted === undefined || (mapped !== undefined && mapped !== rooted)) return mapping;
  // The plain path, where it is the same file here: it stays when the process goes.
  return identityOrNothing(path) === rooted ? path : inRoot;
}

/** This file, by `path` if that still leads to it, else as the process has it; undefined where neither does. */
export function openableAs(identity: string, path: string, pid: number): string | undefined {
  if (identityOrNothing(path) === identity) return path;
  const { libraries, executable } = mappedLibraries(pid);
  const paths = [
    ...libraries.map((library) => library.path),
    ...(executable === undefined ? [] : [executable]),
  ];
  return paths.find((each) => identityOrNothing(each) === identity);
}

function identityOrNothing(path: string): string | undefined {
  try {
    return fileIdentity(path);
  } catch {
    return undefined;
  }
}
