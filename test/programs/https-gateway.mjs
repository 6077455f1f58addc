// An HTTPS gateway on node:https and node:http. Usage: https-gateway.mjs CERT KEY UPSTREAM_PORT LOG; prints its port. Passes each request
// on to the upstream on 127.0.0.1, in clear over keep-alive, its answer back as it comes, and writes a line of LOG for each.
import { createWriteStream, readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { createServer } from "node:https";

const [certPath, keyPath, upstreamPort, logPath] = process.argv.slice(2);
const log = createWriteStream(logPath, { flags: "a" });
const agent = new Agent({ keepAlive: true });

const fail = (response) => {
  if (response.headersSent) return response.destroy();
  response.writeHead(502, { "content-length": 0 }).end();
};

const server = createServer(
  { cert: readFileSync(certPath), key: readFileSync(keyPath) },
  (asked, response) => {
    const { remoteAddress } = asked.socket;
    const { connection: _, ...headers } = asked.headers;
    const passedOn = request({
      ...{ agent, host: "127.0.0.1", port: upstreamPort, method: asked.method, path: asked.url },
      headers: { ...headers, "x-forwarded-for": `${headers["x-forwarded-for"]}, ${remoteAddress}` },
    });
    response.on("close", () => passedOn.destroy());
    passedOn.on("error", () => fail(response));
    passedOn.on("response", (answer) => {
      const { connection: _, ...answerHeaders } = answer.headers;
      response.writeHead(answer.statusCode, answerHeaders);
      answer.pipe(response);
      answer.on("end", () =>
        log.write(
          `${remoteAddress} ${asked.method} ${asked.url} ${answer.statusCode} ${headers["user-agent"]}\n`,
        ),
      );
    });
    asked.pipe(passedOn);
  },
);
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
