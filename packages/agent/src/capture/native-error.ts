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
    const words = [`${operation}: ${errnoName(errno)}`, advice(operation, errno, detail), detail];
    super(words.filter(Boolean).join("; "));
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

/** What lockdown `confidentiality` takes from the programs, and what to do about it. */
export const UNDER_CONFIDENTIALITY =
  "kernel lockdown `confidentiality` does not let BPF read the kernel's memory, which says whose call and which socket it is; start the kernel with lockdown=integrity";
/** How the verifier refuses a helper that lockdown takes away, in older kernels and in newer ones. */
const LOCKED_DOWN = /(?:unknown func|cannot use helper) bpf_probe_read(?:_kernel)?(?:_str)?#/;

function advice(operation: string, errno: number, detail: string): string {
  if (LOCKED_DOWN.test(detail)) return UNDER_CONFIDENTIALITY;
  switch (errno) {
    case constants.errno.EPERM:
    case constants.errno.EACCES:
      if (operation.startsWith("drop ")) return "not allowed: a seccomp profile may refuse capset and prctl";
      return operation.startsWith("attach perf")
        ? "not allowed: uprobes as perf events, the only link before Linux 6.6, want CAP_SYS_ADMIN"
        : "not allowed: `masthead-agent doctor` lists the capabilities that are needed; a user namespace, a container's seccomp profile and kernel lockdown refuse this, too";
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
