/** File names of OpenSSL's libssl: `libssl.so.3`, and as wheels carry it, `libssl-1ea6ee5c.so.1.1`. */
export const isOpensslName = (path: string): boolean => /(^|\/)libssl(-[\w.]+)?\.so(\.[\w.]+)?$/.test(path);

/**
 * TLS libraries that are captured: OpenSSL's, BoringSSL's under its own name, and `libgnutls.so.30`, in wheels with a hash
 * behind its name. Not `libgnutls-openssl`, whose functions call GnuTLS's and would be counted twice, nor `libgnutls-dane`.
 */
export const isTlsLibraryName = (path: string): boolean =>
  isOpensslName(path) || /(^|\/)lib(gnutls|boringssl)(-[0-9a-f]{6,})?\.so(\.[\w.]+)?$/.test(path);

const OTHER_TLS: readonly (readonly [RegExp, string])[] = [
  [/(^|\/)lib(nss3|ssl3)\.so$/, "NSS"],
  [/(^|\/)libmbedtls(-[\w.]+)?\.so(\.[\w.]+)?$/, "mbedTLS"],
  [/(^|\/)libwolfssl(-[\w.]+)?\.so(\.[\w.]+)?$/, "wolfSSL"],
  [/(^|\/)libs2n(-[\w.]+)?\.so(\.[\w.]+)?$/, "s2n"],
  [/(^|\/)librustls(-[\w.]+)?\.so(\.[\w.]+)?$/, "rustls"],
  [/(^|\/)libjvm\.so$/, "Java"],
  [/(^|\/)beam(\.\w+)*$/, "Erlang"],
  // BoringSSL and s2n inside shared libraries of other names.
  [
    /(^|\/)(libnetty_tcnative|libconscrypt|libmono-btls|cygrpc|libcef|libQt[56]WebEngineCore)[\w.-]*\.so[\d.]*$/,
    "BoringSSL",
  ],
  [/(^|\/)_awscrt[\w.-]*\.so$/, "s2n"],
];

/** What is not captured, by the file name of a library that does it; undefined for any other. */
export const otherTlsName = (path: string): string | undefined =>
  OTHER_TLS.find(([names]) => names.test(path))?.[1];

/** Libraries that speak QUIC. */
export const isQuicName = (path: string): boolean =>
  /(^|\/)lib(ngtcp2|nghttp3|quiche|msquic|lsquic|xquic)[\w-]*\.so(\.[\w.]+)?$/.test(path);

/** By its name it may have TLS inside that no list of names knows: a shared library, and none whose TLS is known, nor one of OpenSSL's cryptography alone. */
export const mayCarryTls = (path: string): boolean =>
  /\.so(\.[\w.]+)?$/.test(path) &&
  !isTlsLibraryName(path) &&
  otherTlsName(path) === undefined &&
  !/(^|\/)(libcrypto|libc|libm|libstdc\+\+|ld-linux)\b/.test(path);
