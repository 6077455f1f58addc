/** File names of OpenSSL's libssl: `libssl.so.3`, and as wheels carry it, `libssl-1ea6ee5c.so.1.1`. */
export const isOpensslName = (path: string): boolean => /(^|\/)libssl(-[\w.]+)?\.so(\.[\w.]+)?$/.test(path);

/** TLS libraries that are captured: OpenSSL's, BoringSSL's under its own name, and `libgnutls.so.30`. */
export const isTlsLibraryName = (path: string): boolean =>
  isOpensslName(path) || /(^|\/)lib(gnutls|boringssl)(-[\w.]+)?\.so(\.[\w.]+)?$/.test(path);

/** TLS libraries that are not captured; their presence says why a process is not. */
export const isOtherTlsName = (path: string): boolean =>
  /(^|\/)lib(nss3|nspr4|mbedtls|wolfssl|s2n|rustls)(-[\w.]+)?\.so(\.[\w.]+)?$/.test(path);
