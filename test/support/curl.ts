import { execFile } from "node:child_process";

export interface CurlRequest {
  /** `https` where absent */
  scheme?: "http" | "https";
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

const quoted = (text: string): string => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

/**
 * Makes the requests one after the other over one keep-alive connection with HTTP/1.1, certificate unchecked.
 * @returns the statuses in order @throws Error when curl fails
 */
export const curl = (port: number, requests: readonly CurlRequest[]): Promise<number[]> =>
  new Promise((resolve, reject) => {
    const blocks = requests.map(({ scheme = "https", path, method, headers = {}, body }) =>
      [
        `url = ${quoted(`${scheme}://127.0.0.1:${port}${path}`)}`,
        "http1.1",
        "insecure",
        "silent",
        "show-error",
        "path-as-is",
        'output = "/dev/null"',
        'write-out = "%{http_code}\\n"',
        ...(method === undefined ? [] : method === "HEAD" ? ["head"] : [`request = ${quoted(method)}`]),
        ...Object.entries(headers).map(([name, value]) => `header = ${quoted(`${name}: ${value}`)}`),
        ...(body === undefined ? [] : [`data-binary = ${quoted(body)}`]),
      ].join("\n"),
    );
    const child = execFile(
      "curl",
      ["-q", "--config", "-"],
      { maxBuffer: 64 * 1024 ** 2, env: { PATH: process.env.PATH } },
      (error, stdout, stderr) => {
        if (error) reject(new Error(`curl failed: ${stderr.slice(-2000)}`));
        else resolve(stdout.trim().split("\n").filter(Boolean).map(Number));
      },
    );
    child.stdin?.end(blocks.join("\nnext\n"));
  });

/** Makes `count` requests over `connections` keep-alive connections side by side. */
export const curlMany = async (
  port: number,
  count: number,
  connections: number,
  request: (index: number) => CurlRequest,
): Promise<number[]> => {
  const all = Array.from({ length: count }, (_, index) => request(index));
  const shares = Array.from({ length: connections }, (_, share) =>
    all.filter((_, i) => i % connections === share),
  );
  return (await Promise.all(shares.map((share) => curl(port, share)))).flat();
};
