import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cleanup } from "../cleanup.js";
import { type Certificate, makeCertificate } from "../https-servers.js";

/** How bytes go: in TLS, or in clear. */
export type Link = "tls" | "clear";

/** What a server that serves files is made of. */
export interface ServerFiles {
  readonly folder: string;
  /** body.txt in `folder`: 64 KiB that do not compress to little, so that a compressed answer comes in chunks */
  readonly body: string;
  readonly certificate: Certificate;
}

/** A temporary folder with a certificate and a body that any account may read. */
export const makeServerFiles = (cleanup: Cleanup): ServerFiles => {
  const folder = cleanup.folder();
  const body = join(folder, "body.txt");
  writeFileSync(body, `canary-of-a-file ${randomBytes(48 * 1024).toString("base64")}`, { mode: 0o644 });
  return { folder, body, certificate: makeCertificate(folder) };
};

/** What the servers answer with beside a body. */
export const ANSWER = {
  header: "x-answer",
  values: ["one", "two"],
  cookie: "session=canary-of-a-response-cookie",
};

/** Where a proxy's requests go. */
export const upstreamOrigin = (link: Link, port: number): string =>
  `${link === "tls" ? "https" : "http"}://127.0.0.1:${port}`;
