// An HTTPS server of Node's, whose TLS touches no socket itself. Arguments: certificate, key. Says its port. A connection to
// slow.example waits in its handshake, saying so, until a line comes on standard input. `/big` is answered with 60 MiB.
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { createSecureContext } from "node:tls";

const [cert, key] = process.argv.slice(2).map((file) => readFileSync(file));
const context = createSecureContext({ cert, key });
const waiting = [];
const server = createServer({ cert, key, SNICallback }, (request, response) => {
  response.end(request.url === "/big" ? Buffer.alloc(60 << 20) : "ok");
});
// A connection may wait until programs are loaded on a slow host.
server.keepAliveTimeout = 0;
function SNICallback(name, done) {
  if (name !== "slow.example") return done(null, context);
  waiting.push(() => done(null, context));
  console.log("waiting");
}
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("data", () => {
  for (const go of waiting.splice(0)) go();
});
process.stdin.on("end", () => process.exit());
