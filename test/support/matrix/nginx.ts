import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ANSWER, type Link, type ServerFiles, upstreamOrigin } from "./server-files.js";

const answer = [...ANSWER.values.map((value) => [ANSWER.header, value]), ["set-cookie", ANSWER.cookie]]
  .map(([name, value]) => `add_header ${name} "${value}";`)
  .join("\n      ");

const own = (files: ServerFiles): string => `
    location / { ${answer} return 200 "canary-of-a-response-body\\n"; }
    location ~ /(file|chunked)/ {
      ${answer}
      root ${files.folder};
      rewrite ^ /body.txt break;
    }`;

const proxied = (origin: string): string => `
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_ssl_verify off;
    location / { proxy_pass ${origin.replace(/:\/\/.*/, "://kept")}; }
    location ~ /fresh/ {
      proxy_set_header Connection close;
      proxy_pass ${origin};
    }`;

/** Writes nginx.conf. @returns how nginx is started */
export function configureNginx(files: ServerFiles, link: Link, port: number, upstream?: number): string[] {
  const { folder, certificate } = files;
  const origin = upstream === undefined ? undefined : upstreamOrigin(link, upstream);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  const config = join(folder, "nginx.conf");
  writeFileSync(
    config,
    `worker_processes 1;
daemon off;
pid ${folder}/nginx.pid;
error_log stderr warn;
events { worker_connections 256; }
http {
  access_log off;
  sendfile on;
  gzip on;
  gzip_min_length 1;
  keepalive_requests 1000000;
  keepalive_timeout 3600s;
  ${temporary.join("\n  ")}
  ${origin === undefined ? "" : `upstream kept { server 127.0.0.1:${upstream}; keepalive 16; keepalive_timeout 3600s; }`}
  server {
    listen 127.0.0.1:${port}${link === "tls" ? " ssl" : ""};
    ssl_certificate ${certificate.certificate};
    ssl_certificate_key ${certificate.key};
    default_type text/html;
    ${origin === undefined ? own(files) : proxied(origin)}
  }
}
`,
  );
  return ["/usr/sbin/nginx", "-e", "stderr", "-p", folder, "-c", config];
}
