import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { caddyfile } from "../caddyfile.js";
import { ANSWER, type Link, type ServerFiles, upstreamOrigin } from "./server-files.js";

const own = (files: ServerFiles): string =>
  `
  header {
    ${ANSWER.values.map((value) => `+${ANSWER.header} ${value}`).join("\n    ")}
    +set-cookie ${ANSWER.cookie}
  }
  @chunked path */chunked/*
  handle @chunked {
    encode gzip
    rewrite * /body.txt
    file_server { root ${files.folder} }
  }
  @file path */file/*
  handle @file {
    rewrite * /body.txt
    file_server { root ${files.folder} }
  }
  handle {
    respond "canary-of-a-response-body"
  }`.replaceAll(/\{ (root \S+) \}/g, "{\n      $1\n    }");

const proxied = (link: Link, origin: string): string => {
  const to = (keepalive: string) => `reverse_proxy ${origin} {
      transport http {
        versions 1.1
        ${link === "tls" ? "tls_insecure_skip_verify" : ""}
        ${keepalive}
      }
    }`;
  return `
  @fresh path */fresh/*
  handle @fresh {
    ${to("keepalive off")}
  }
  handle {
    ${to("keepalive 3600s")}
  }`;
};

/** Writes a Caddyfile. @returns how Caddy is started */
export function configureCaddy(files: ServerFiles, link: Link, port: number, upstream?: number): string[] {
  const { folder, certificate } = files;
  const config = join(folder, "Caddyfile");
  writeFileSync(
    config,
    caddyfile(
      folder,
      upstreamOrigin(link, port),
      `${link === "tls" ? `tls ${certificate.certificate} ${certificate.key}` : ""}
  ${upstream === undefined ? own(files) : proxied(link, upstreamOrigin(link, upstream))}`,
    ),
  );
  return ["/usr/bin/caddy", "run", "--config", config, "--adapter", "caddyfile"];
}
