import { constants } from "node:os";

/** An operation of the kernel or of libbpf that failed; `message` says what to do about it. */
export class NativeError extends Error {
  override readonly name = "NativeError";

  /**
   * @param operation what was tried, e.g. `load` or `attach perf /usr/lib/libssl.so.3+0x1234`
   * @param errno positive error number of the operating system, 0 where there is none
   * @param detail what the verifier or libbpf said, may be empty
   */
  constructor(
    readonly operation: string,
    readonly errno: number,
    detail = "",
  ) {
    super([`${operation}: ${errnoName(errno)}`, advice(operation, errno), detail].filter(Boolean).join("; "));
  }

  /** Not the host's word but its moment's: it may go well when tried again. */
  get passing(): boolean {
    return PASSING.has(this.errno);
  }

  /** `EPERM`, `ENOENT`, … */
  get code(): string {
    return errnoName(this.errno);
  }
}

const { EAGAIN, EBUSY, EINTR, EMFILE, ENFILE, ENOMEM } = constants.errno;
const PASSING = new Set([EAGAIN, EBUSY, EINTR, EMFILE, ENFILE, ENOMEM]);

const names = new Map(Object.entries(constants.errno).map(([name, value]) => [value, name]));

/** The name of an error number: `EPERM` for 1; `errno 524` where the C library has none. */
export function errnoName(errno: number): string {
  return errno === 0 ? "failed" : (names.get(errno) ?? `errno ${errno}`);
}

function advice(operation: string, errno: number): string {
  switch (errno) {
    case constants.errno.EPERM:
    case constants.errno.EACCES:
      return "not allowed: run as root or grant CAP_BPF, CAP_PERFMON, CAP_SYS_PTRACE and CAP_SYS_RESOURCE; kernel lockdown (confidentiality) or a container's seccomp profile also refuse this";
    case constants.errno.ENOMEM:
      return "no memory: the memory cgroup or RLIMIT_MEMLOCK (kernels before 5.11) is too small";
    case constants.errno.E2BIG:
      return operation.startsWith("load") ? "the verifier found the program too large" : "";
    case constants.errno.EINVAL:
      return operation.startsWith("load")
        ? "the verifier refused the program, or this kernel lacks a feature it uses"
        : "";
    case constants.errno.ENOENT:
      return "no such file, map or program";
    case constants.errno.ESRCH:
      return "this kernel's BTF has no such function or tracepoint";
    case constants.errno.ETXTBSY:
      return "the file is open for writing";
    case constants.errno.EIO:
      return "the file cannot be mapped as code (a file system without pages, or an unreadable file)";
    default:
      return errno === 524 ? "this kernel cannot probe that instruction" : "";
  }
}
