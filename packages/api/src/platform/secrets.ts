import type { webcrypto } from "node:crypto";

/**
 * What the control plane keeps secret, by one key that is not in its database: texts at rest (AES-256-GCM) and signatures (HMAC-SHA-256).
 * Each has a key of its own, derived from that one (HKDF).
 */
export interface Secrets {
  /** @param context what the text belongs to: it can be opened for nothing else */
  seal(context: string, text: string): Promise<Uint8Array>;
  /** @throws Error when it was sealed by another key, for another context, or is damaged */
  open(context: string, sealed: Uint8Array): Promise<string>;
  sign(text: string): Promise<Uint8Array>;
  /** Compares in constant time. */
  verify(text: string, signature: Uint8Array): Promise<boolean>;
}

export const SECRETS_KEY_BYTES = 32;
const FORMAT = 1;
const NONCE_BYTES = 12;

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const owned = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

/** @param key 32 random bytes. @throws RangeError on another length */
export const createSecrets = (key: Uint8Array): Secrets => {
  if (key.length !== SECRETS_KEY_BYTES) throw new RangeError(`a key has ${SECRETS_KEY_BYTES} bytes`);
  const derive = async (
    info: string,
    algorithm: webcrypto.AesKeyGenParams | webcrypto.HmacKeyGenParams,
    uses: webcrypto.KeyUsage[],
  ) => {
    const main = await crypto.subtle.importKey("raw", owned(key), "HKDF", false, ["deriveKey"]);
    const from = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: bytesOf(info) };
    return crypto.subtle.deriveKey(from, main, algorithm, false, uses);
  };
  const atRest = () =>
    derive("masthead v1 secrets at rest", { name: "AES-GCM", length: 256 }, ["encrypt", "decrypt"]);
  const signing = () =>
    derive("masthead v1 signatures", { name: "HMAC", hash: "SHA-256", length: 256 }, ["sign", "verify"]);
  const gcm = (context: string, iv: Uint8Array<ArrayBuffer>) => ({
    name: "AES-GCM",
    iv,
    additionalData: bytesOf(context),
  });
  return {
    async seal(context, text) {
      const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
      const sealed = await crypto.subtle.encrypt(gcm(context, nonce), await atRest(), bytesOf(text));
      return Uint8Array.from([FORMAT, ...nonce, ...new Uint8Array(sealed)]);
    },
    async open(context, sealed) {
      if (sealed[0] !== FORMAT) throw new Error("sealed in a format that is not known");
      const nonce = owned(sealed.subarray(1, 1 + NONCE_BYTES));
      const body = owned(sealed.subarray(1 + NONCE_BYTES));
      const opened = await crypto.subtle.decrypt(gcm(context, nonce), await atRest(), body);
      return new TextDecoder().decode(opened);
    },
    async sign(text) {
      return new Uint8Array(await crypto.subtle.sign("HMAC", await signing(), bytesOf(text)));
    },
    async verify(text, signature) {
      return crypto.subtle.verify("HMAC", await signing(), owned(signature), bytesOf(text));
    },
  };
};
