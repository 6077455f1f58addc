import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ANSWER, type Link, type ServerFiles, upstreamOrigin } from "./server-files.js";

const MODULES = [
  "mpm_event",
  "authz_core",
  "alias",
  "headers",
  "filter",
  "deflate",
  "ssl",
  "proxy",
  "proxy_http",
];

const own = (files: ServerFiles): string => `
  ${ANSWER.values.map((value) => `Header always add ${ANSWER.header} "${value}"`).join("\n  ")}
  Header always add set-cookie "${ANSWER.cookie}"
  EnableSendfile On
  AliasMatch "^/" "${files.body}"
  <LocationMatch "/chunked/">
    SetOutputFilter DEFLATE
  </LocationMatch>`;

/** Fresh connections go to another name of the same address, since all that goes to one name shares its settings. */
const proxied = (origin: string): string => `
  SSLProxyEngine on
  SSLProxyVerify none
  SSLProxyCheckPeerName off
  SSLProxyCheckPeerCN off
  SSLProxyCheckPeerExpire off
  ProxyPassMatch "^(/.*/fresh/.*)$" "${origin.replace("127.0.0.1", "127.1")}$1" disablereuse=on
  ProxyPass "/" "${origin}/"`;

/** Writes httpd.conf. @returns how Apache httpd is started: its modules alone, no service of Debian's */
export function configureApache(files: ServerFiles, link: Link, port: number, upstream?: number): string[] {
  const { folder, certificate } = files;
  const config = join(folder, "httpd.conf");
  writeFileSync(
    config,
    `ServerRoot ${folder}
ServerName localhost
DefaultRuntimeDir ${folder}
PidFile ${folder}/httpd.pid
ErrorLog ${folder}/error.log
${MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join("\n")}
User www-data
Group www-data
StartServers 1
ServerLimit 1
ThreadsPerChild 16
MaxRequestWorkers 16
KeepAlive On
KeepAliveTimeout 3600
MaxKeepAliveRequests 0
Timeout 3600
Listen 127.0.0.1:${port}
<VirtualHost 127.0.0.1:${port}>
  SSLEngine ${link === "tls" ? "on" : "off"}
  SSLCertificateFile ${certificate.certificate}
  SSLCertificateKeyFile ${certificate.key}
  ${upstream === undefined ? own(files) : proxied(upstreamOrigin(link, upstream))}
</VirtualHost>
`,
  );
  return ["/usr/sbin/apache2", "-d", folder, "-f", config, "-DFOREGROUND"];
}
