// Node's https, or http. Usage and standard input as of blocking-client.py.
import http from "node:http";
import https from "node:https";
import { createInterface } from "node:readline";

const [port, link] = process.argv.slice(2);
const { Agent, request: begin } = link === "tls" ? https : http;

/** Headers as Node takes them: a name that repeats has a list. */
const grouped = (headers) => {
  const byName = {};
  for (const [name, value] of headers) {
    const lowerCase = name.toLowerCase();
    byName[lowerCase] = [...(byName[lowerCase] ?? []), value];
  }
  return byName;
};

const exchange = (agent, { method, path, headers, body }) =>
  new Promise((resolve, reject) => {
    const options = { agent, host: "127.0.0.1", port, method, path, headers: grouped(headers) };
    const request = begin({ ...options, rejectUnauthorized: false }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${path}: ${response.statusCode}`));
      response.resume().once("end", resolve);
    });
    request.once("error", reject);
    request.end(body);
  });

const run = async (requests) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (const request of requests) await exchange(agent, request);
  agent.destroy();
};

const input = createInterface({ input: process.stdin });
input.once("line", async (line) => {
  input.close();
  const { kept, fresh } = JSON.parse(line);
  await Promise.all(kept.map(run));
  for (const request of fresh) await run([request]);
});
