/**
 * What agents say of exchanges in words of their own, a sentence or two each, by attribute. `docs/exchange-words.md` is made from it. A reader
 * takes any other word as well: an agent may be younger than what reads it.
 */

/** `error.type`. */
export const ERROR_TYPES = {
  connection_closed:
    "The connection ended before a response began. Where it was the client, the flag `client_closed` says so.",
  process_exited: "The process ended, or became another program, before a response began.",
  response_incomplete:
    "A response began, and its connection or process ended before all of it had passed. Where it was the client, the flag `client_closed` says so.",
} as const;
export type ErrorType = keyof typeof ERROR_TYPES;

/** `capture.flags`, in which several may stand. */
export const CAPTURE_FLAGS = {
  truncated:
    "A head was longer than the 16 KiB that are read, or held more lines than are looked at: what stands beyond is not known, and where that says how long the body is, the body is not in the size. Or a body in chunks was not followed to its end, and its size is what was: more than 16,384 chunks in one call, or what stands between chunks could not be read (a program had it thrown away).",
  mid_stream:
    "The connection was older than the agent, or than its policy, and the first that was seen of it was not the beginning of a message: this is the first exchange that was. Where an agent comes between two requests, nothing shows that there were earlier ones.",
  gap_before:
    "Bytes before this message were not seen or not understood, so that exchanges may be missing before it.",
  obs_fold:
    "A header line goes on in the next one (RFC 9112 section 5.2), and the value is known as far as the first.",
  bare_lf: "A line ended in LF alone (RFC 9112 section 2.2).",
  length_conflict:
    "`content-length` and `transfer-encoding` stand together, or lengths differ (RFC 9112 section 6.3): readers differ on where the message ends.",
  malformed: "A target, header line, length, encoding or chunk is none that the grammar allows.",
  tunnel: "What follows on the connection is another protocol (101, or 2xx to CONNECT) and is not looked at.",
  policy_changed:
    "The response came under a later revision of the policies than the request; what both allow was read.",
  counted_only:
    "It was over a budget, and only counted. Never on an exchange that is kept; `masthead-agent trace` shows it.",
  escaped: "A text holds `\\xHH` for NUL, or for bytes that are not UTF-8.",
  value_truncated: "A value that is kept was longer than its `maxLength` and was cut there.",
  measure_not_numeric: "A header under `measures` was no finite number and was left out of the sum.",
  request_incomplete: "The response was whole, and the connection ended within the request's body.",
  client_unresolved:
    "What trusted proxies forwarded could not be followed to its end: `client.address` is the last address that it gave, or the peer's.",
  control_characters:
    "Method, path, query or a value that a policy reads in clear has a control character other than a tab.",
  client_closed:
    "The client ended the connection before the response was whole, or began: a timeout of its own, a stream that somebody stopped. Where it had read a response up to the end of a chunk, or one that ends with the connection, there is no `error.type`, since nobody can tell whether anything was missing: clients of event streams stop at an event that says so, and leave the last chunk, which has no data, unread. What was not read is not in the size. Not every client that ends a connection can be told (docs/decisions/0004).",
} as const;
export type CaptureFlag = keyof typeof CAPTURE_FLAGS;

/** `capture.source`. */
export const CAPTURE_SOURCES = {
  openssl: "OpenSSL, as a library or inside the program.",
  boringssl: "BoringSSL, the same.",
  gnutls: "GnuTLS.",
  go: "Go's `crypto/tls`.",
  socket: "System calls: HTTP in clear.",
} as const;
export type CaptureSource = keyof typeof CAPTURE_SOURCES;

/** `capture.socket_tie`. */
export const SOCKET_TIES = {
  descriptor:
    "It is the socket that was read or written in clear, or the one whose descriptor the connection has.",
  nested_call: "The TLS library itself read from it or wrote to it, during a call on the connection.",
  handshake: "Its ciphertext began with the client hello that the connection has.",
  call_order:
    "Its ciphertext was read just before the library gave plaintext, and written just after the library took some, by the same thread. It is the only one that is not certain.",
} as const;
export type SocketTie = keyof typeof SOCKET_TIES;
