/** One reason in words, one sentence each. */
export interface CoverageMeaning {
  /** what it says of the process */
  readonly meaning: string;
  /** what an operator can do about it; empty: nothing, or it needs nothing */
  readonly remedy: string;
}

/** Why a process is not captured. `docs/coverage-reasons.md` is made from it. */
export const COVERAGE_REASONS = {
  lockdown: {
    meaning: "The kernel is locked down for confidentiality, so that BPF may not read memory on this host.",
    remedy: "Start the kernel with `lockdown=integrity`, or do without capture here.",
  },
  not_capturing: {
    meaning: "The agent captures nothing on this host; the words that follow say why.",
    remedy: "Run `masthead-agent doctor`, which says what is missing.",
  },
  permission: {
    meaning: "The agent may not look into the process.",
    remedy: "Grant `CAP_SYS_PTRACE`, or run the agent as root and in the host's pid namespace.",
  },
  no_policy: {
    meaning: "No policy is in force on this agent yet.",
    remedy: "Apply one; where there is one, look at `policy` of the agent.",
  },
  excluded_by_policy: {
    meaning: "No policy in force asks about the program.",
    remedy: "Name the executable, or a port that it serves, in `targets` of a policy.",
  },
  suspended_by_budget: {
    meaning:
      "The agent could not hold its budget otherwise, and suspended the program that cost it most: nothing of what it does is captured for now.",
    remedy:
      "It comes back by itself; where it goes again and again, raise the `MASTHEAD_BUDGET_*` bound that `suspensions` of the agent names, or ask less of it in a policy.",
  },
  attach_failed: {
    meaning: "The process uses a TLS library on which no probe could be placed; the system's words follow.",
    remedy: "The words say what is missing; the agent tries again by itself.",
  },
  library_replaced: {
    meaning:
      "The process still maps a TLS library whose file was replaced or removed, and the agent could not reach the old one.",
    remedy: "Grant `CAP_CHECKPOINT_RESTORE` or `CAP_SYS_ADMIN`, or restart the process.",
  },
  stripped: {
    meaning:
      "The program carries OpenSSL inside, and its symbols were stripped, so that no function can be found.",
    remedy:
      "Use a build with symbols, or one that loads OpenSSL as a shared library; or name this one in `MASTHEAD_KNOWN_BUILDS_FILE`, as `masthead-agent known-build` prints it.",
  },
  unknown_build: {
    meaning:
      "The program carries BoringSSL without symbols, or is not the build that its build id stands for; a function is never guessed at.",
    remedy:
      "Use a build with symbols; or name this one in `MASTHEAD_KNOWN_BUILDS_FILE`, as `masthead-agent known-build` prints it.",
  },
  unsupported_tls: {
    meaning: "TLS is done by an implementation that is not captured; its name follows.",
    remedy: "",
  },
  no_symbols: {
    meaning: "There is TLS in the program, and neither symbols nor texts tell whose.",
    remedy: "Use a build with symbols.",
  },
  of_32_bits: {
    meaning: "The program is one of 32 bits: neither its TLS nor what it speaks in clear is seen.",
    remedy: "Use a build for this machine's 64 bits.",
  },
  unreadable_program: {
    meaning: "The program's file cannot be read, or its headers claim what is not there.",
    remedy: "The words behind it say which; look at where the file comes from.",
  },
  not_read_yet: {
    meaning: "The program's file is large and still being read; a report soon to come tells.",
    remedy: "",
  },
  changing: {
    meaning: "The process began another program while it was looked at; the next report tells.",
    remedy: "",
  },
  no_tls_library: {
    meaning:
      "The process uses no TLS, as far as its program and its libraries tell, and HTTP in clear is not read.",
    remedy: "Set `MASTHEAD_CLEAR_TEXT` to `on`; where it is, `masthead-agent doctor` says what was refused.",
  },
  static_or_unsupported_tls: {
    meaning: "TLS without a library that is captured, as agents before this vocabulary said it.",
    remedy: "Update the agent, which then says more.",
  },
} as const satisfies Readonly<Record<string, CoverageMeaning>>;
export type CoverageReason = keyof typeof COVERAGE_REASONS;

/** What a process does beside, or in place of, what is captured of it; each may stand in `notes` of an entry. */
export const COVERAGE_NOTES = {
  clear_text: {
    meaning: "What the process speaks in clear is captured; it is its TLS that is not.",
    remedy: "",
  },
  http2: {
    meaning:
      "Connections of the process speak HTTP/2: they are recognised as they begin, left alone and counted; `doctor`, which looks for a moment, seldom sees one. `trace` says at its end how many there were.",
    remedy: "Let the client or the server speak HTTP/1.1 where its exchanges are needed.",
  },
  quic: {
    meaning: "The process holds a UDP socket by which it may speak HTTP/3, which is not captured.",
    remedy: "Look whether it does; its exchanges over TCP are captured all the same.",
  },
  ktls: {
    meaning:
      "Sockets in the process's network namespace have their TLS in the kernel, perhaps its own: what the library takes and gives is captured, and files by OpenSSL's `SSL_sendfile`; what the program or another library (`gnutls_record_send_file`) gives such a socket itself is not seen.",
    remedy: "Nothing, where OpenSSL sends the files; else turn kTLS off in that program.",
  },
  io_uring: {
    meaning:
      "The process holds an io_uring: what it reads and writes through that passes no system call, so that addresses may be missing and plaintext is not seen.",
    remedy: "Calls into a TLS library are captured all the same; a policy's target by port may not match.",
  },
  attach_failed: {
    meaning: "The process uses a further TLS library on which no probe could be placed.",
    remedy: COVERAGE_REASONS.attach_failed.remedy,
  },
  unsupported_tls: {
    meaning: "The process maps a further TLS implementation that is not captured; its name follows.",
    remedy: "",
  },
} as const satisfies Readonly<Record<string, CoverageMeaning>>;
export type CoverageNote = keyof typeof COVERAGE_NOTES;

/** `stripped` of `stripped: OpenSSL, build 1234`: what stands before the details. */
export const reasonCode = (reason: string): string => reason.split(":", 1)[0] ?? "";

/** What a reason or a note means; undefined for one of another release. */
export function coverageMeaning(
  reason: string,
  among: "reason" | "note" = "reason",
): CoverageMeaning | undefined {
  const meanings: Readonly<Record<string, CoverageMeaning>> =
    among === "reason" ? COVERAGE_REASONS : COVERAGE_NOTES;
  const code = reasonCode(reason);
  return Object.hasOwn(meanings, code) ? meanings[code] : undefined;
}
