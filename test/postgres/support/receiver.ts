import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Somebody's server on loopback: keeps what it receives, and answers as it is told. */
export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** status of the answers; `hang`: none; `cut`: the connection ends */
  answer: number | "hang" | "cut";
  headers: Record<string, string>;
  stop(): Promise<void>;
}

export const startReceiver = async (): Promise<Receiver> => {
  const received: Received[] = [];
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = "", url: path = "", headers } = request;
    received.push({ method, path, headers, body: Buffer.concat(chunks) });
    if (receiver.answer === "cut") request.socket.destroy();
    else if (receiver.answer !== "hang") response.writeHead(receiver.answer, receiver.headers).end("noted");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer: 204,
    headers: {},
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return receiver;
};

const sha256 = (data: Buffer | string) => createHash("sha256").update(data).digest("hex");
const hmac = (key: Buffer | string, text: string) => createHmac("sha256", key).update(text).digest();

/** What is wrong with the AWS Signature Version 4 of a request, worked out anew from what came; null: nothing. */
export const signatureFault = ({ method, path, headers, body }: Received, secret: string): string | null => {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
  const [, , date = "", region = "", signed = "", signature] =
    pattern.exec(headers.authorization ?? "") ?? [];
  if (signature === undefined) return "no signature";
  const names = signed.split(";");
  for (const needed of ["host", "x-amz-content-sha256", "x-amz-date"])
    if (!names.includes(needed)) return `${needed} is not signed`;
  if (headers["x-amz-content-sha256"] !== sha256(body)) return "another body";
  const canonical = [
    method,
    path,
    "",
    ...names.map((name) => `${name}:${String(headers[name]).trim()}`),
    "",
    signed,
    headers["x-amz-content-sha256"],
  ].join("\n");
  const scope = `${date}/${region}/s3/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, sha256(canonical)].join("\n");
  const key = ["aws4_request", "s3", region, date].reduceRight<Buffer | string>(
    (from, part) => hmac(from, part),
    `AWS4${secret}`,
  );
  return hmac(key, toSign).toString("hex") === signature ? null : "another signature";
};
