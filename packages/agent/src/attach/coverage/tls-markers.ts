/**
 * TLS implementations that a program may carry inside, the one first that says most of why it is not captured. `unknown`:
 * TLS 1.2 or 1.3, and nothing says whose.
 */
export const IMPLEMENTATIONS = [
  "OpenSSL",
  "BoringSSL",
  "rustls",
  "mbedTLS",
  "wolfSSL",
  "s2n",
  "unknown",
] as const;
export type TlsImplementation = (typeof IMPLEMENTATIONS)[number];

/**
 * Texts that tell an implementation: mostly paths of its source files, which all of these name in errors; for `unknown` the
 * labels by which RFC 8446 and RFC 7627 derive keys. A text of an implementation's cryptography alone would not do:
 * programs use that without TLS.
 */
export const TLS_MARKERS: readonly { name: TlsImplementation; text: string }[] = [
  { name: "OpenSSL", text: "ssl/ssl_lib.c\0" },
  { name: "OpenSSL", text: "ssl/record/rec_layer_s3.c\0" },
  { name: "BoringSSL", text: "ssl/ssl_lib.cc\0" },
  { name: "BoringSSL", text: "TLS 1.3 client read_server_hello\0" },
  { name: "rustls", text: "rustls/src/conn.rs" },
  { name: "rustls", text: "/rustls-0." },
  { name: "rustls", text: "_rustls-0." },
  { name: "mbedTLS", text: "library/ssl_msg.c\0" },
  { name: "mbedTLS", text: "library/ssl_tls.c\0" },
  { name: "wolfSSL", text: "wolfSSL error occurred, error = %d" },
  { name: "s2n", text: "tls/s2n_connection.c" },
  { name: "unknown", text: "c hs traffic" },
  { name: "unknown", text: "s ap traffic" },
  { name: "unknown", text: "extended master secret" },
];
