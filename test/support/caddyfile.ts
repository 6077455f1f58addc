/**
 * The Caddyfile of one site on 127.0.0.1 that speaks HTTP/1.1 alone, keeps its state in `folder` and asks nobody for
 * certificates.
 */
export const caddyfile = (folder: string, origin: string, directives: string): string => `{
  admin off
  auto_https off
  storage file_system ${folder}
  servers {
    protocols h1
  }
}
${origin} {
  bind 127.0.0.1
  ${directives}
}
`;
