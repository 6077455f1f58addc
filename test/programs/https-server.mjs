// An HTTPS server on node:https, keep-alive. Usage: https-server.mjs CERT KEY; prints its port. Answers `ok` to everything.
import { readFileSync } from "node:fs";
import { createServer } from "node:https";

const [cert, key] = process.argv.slice(2).map((path) => readFileSync(path));
const server = createServer({ cert, key }, (_request, response) => {
  response.writeHead(200, { "content-type": "text/plain", "content-length": 3 });
  response.end("ok\n");
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
