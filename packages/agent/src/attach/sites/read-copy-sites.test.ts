import { describe, expect, test } from "vitest";
import { NODE_WITH_OPENSSL } from "../../testing/node-with-openssl.js";
import { HOSTS_OPENSSL, OPENSSL_1_1 } from "../../testing/openssl-libraries.js";
import { withFile } from "../elf/byte-source.js";
import { ElfFile } from "../elf/elf-file.js";
import type { Runtime } from "../runtimes.js";
import { connectionBio } from "./connection-bio.js";
import { allReadCopies, waitingReadSites } from "./read-copy-sites.js";
import { tlsMethod } from "./tls-method.js";

const sitesOf = (path: string, runtime: Runtime) =>
  withFile(path, (source) => waitingReadSites(new ElfFile(source), runtime));

describe.runIf(process.arch === "x64" && process.platform === "linux")(
  "where what was read is copied",
  () => {
    test.each<[string, string, Runtime]>([
      ["this host's OpenSSL", HOSTS_OPENSSL, "openssl"],
      ["OpenSSL 1.1", OPENSSL_1_1, "openssl"],
      ["Debian's BoringSSL", "/usr/lib/x86_64-linux-gnu/android/libssl.so.0", "boringssl"],
    ])("%s", (_, path, runtime) => {
      const sites = sitesOf(path, runtime);
      expect(sites.length).toBe(1);
      for (const site of sites) {
        expect(site).toMatchObject({ function: "waiting_read", kind: "copy", cost: "emulated" });
        expect(site.detail).toBeGreaterThan(0n);
      }
    });

    test.each([
      ["this host's OpenSSL", HOSTS_OPENSSL],
      ["OpenSSL 1.1", OPENSSL_1_1],
    ])("%s: for all reads, with where a connection has its socket", (_, path) => {
      const bio = withFile(path, (source) => connectionBio(new ElfFile(source)));
      expect(bio).toEqual({ at: 0x10, isOf3: path === HOSTS_OPENSSL });
      const sites = withFile(path, (source) => {
        const elf = new ElfFile(source);
        const method = tlsMethod(elf);
        return method && bio ? allReadCopies(elf, method, bio) : [];
      });
      expect(sites.map(({ offset }) => offset)).toEqual(sitesOf(path, "openssl").map(({ offset }) => offset));
      for (const { function: name, detail = 0n } of sites) {
        expect(name).toBe("read_copy");
        expect(detail >> 56n).toBe(2n);
        expect((detail >> 55n) & 1n).toBe(path === HOSTS_OPENSSL ? 1n : 0n);
      }
    });

    test("a Node that has OpenSSL inside: for all reads, wherever it copies", () => {
      const sites = withFile(NODE_WITH_OPENSSL, (source) => {
        const elf = new ElfFile(source);
        const [method, bio] = [tlsMethod(elf), connectionBio(elf)];
        return method && bio ? allReadCopies(elf, method, bio) : [];
      });
      expect(sites.length).toBeGreaterThan(0);
      for (const site of sites) expect(site).toMatchObject({ function: "read_copy", cost: "emulated" });
    });

    test("nowhere in what has no such functions", () => {
      expect(sitesOf("/bin/true", "openssl")).toEqual([]);
      expect(sitesOf("/bin/true", "boringssl")).toEqual([]);
      expect(sitesOf(HOSTS_OPENSSL, "gnutls")).toEqual([]);
    });
  },
);
