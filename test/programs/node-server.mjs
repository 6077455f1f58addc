// Node's https, or http without a certificate. Usage: node-server.mjs [CERT KEY]; prints its port. Answers as every server of the
// matrix does: `x-answer` twice, a body that is chunked below `/chunked/`.
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";

const BODY = "canary-of-a-response-body ".repeat(100);
const PIECE = 700;

const answer = (request, response) => {
  request.resume().once("end", () => {
    response.setHeader("X-Answer", ["one", "two"]);
    response.setHeader("Set-Cookie", "session=canary-of-a-response-cookie");
    if (!request.url.includes("/chunked/")) {
      response.setHeader("Content-Length", BODY.length);
      response.end(BODY);
      return;
    }
    for (let at = 0; at < BODY.length; at += PIECE) response.write(BODY.slice(at, at + PIECE));
    response.end();
  });
};

const [certificate, key] = process.argv.slice(2);
const server = certificate
  ? https.createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, answer)
  : http.createServer(answer);
server.keepAliveTimeout = 0;
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
