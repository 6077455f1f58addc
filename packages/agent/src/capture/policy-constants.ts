import { AUTH_SCHEMES, authSchemeId } from "@masthead/shared/policy/auth-schemes";
import type { FingerprintKey } from "@masthead/shared/policy/fingerprint";
import { u32 } from "./policy-bytes.js";
import type { TableSession } from "./policy-slot.js";
import { SCHEME_MAX_BYTES } from "./table-layout.js";

/** What the kernel's tables hold for as long as the programs are loaded. Written before the first policy set. */
export function writeConstantTables(session: Pick<TableSession, "updateTable">, key: FingerprintKey): void {
  for (const scheme of AUTH_SCHEMES) {
    const name = Buffer.alloc(SCHEME_MAX_BYTES);
    name.write(scheme);
    session.updateTable("auth_schemes", name, Uint8Array.of(authSchemeId(scheme)));
  }
  // k0 and k1 are the halves of the key, little endian: its bytes as they are.
  session.updateTable("fingerprint_key", u32(0), key.bytes);
}
