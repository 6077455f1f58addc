// The check of systemd-check.sh's virtual machine, run there as a service: has systemd start, restart, kill and stop the units of
// infra/systemd as docs/operations.md has them, counts what was captured, and says how that ended.
import { execFileSync, spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { release } from "node:os";
import { setTimeout as later } from "node:timers/promises";

const CHECKOUT = "/opt/masthead";
const HOME = "/srv/masthead-home";
const AGENT_ID = "systemd-check";
const AGENT_STATE = "/var/lib/masthead-agent";
const API = "http://127.0.0.1:8080";
const API_OF_UNIT = "http://127.0.0.1:8081";
const SERVER = "https://127.0.0.1:8443";
const REQUESTS = 20;
/** The machine may be emulated, where everything takes ten times as long. */
const WITHIN_MS = 10 * 60_000;
const LOOK_EVERY_MS = 2_000;
/** Before it, uprobes are perf events, and the agent keeps what opens these. */
const [MAJOR, MINOR] = release().split(".").map(Number);
const HAS_UPROBE_LINKS = MAJOR > 6 || (MAJOR === 6 && MINOR >= 6);
const KEPT = { CAP_DAC_READ_SEARCH: 2, CAP_SYS_PTRACE: 19, CAP_CHECKPOINT_RESTORE: 40 };

const say = (line) => console.log(line);
const run = (program, ...args) => execFileSync(program, args, { encoding: "utf8" }).trim();
const systemctl = (...args) => run("systemctl", ...args);
const property = (unit, name) => systemctl("show", "--value", "--property", name, unit);
const check = (is, words) => {
  if (!is) throw new Error(words);
  say(`✓ ${words}`);
};

/** How the fleet ended, which it does not before the check has. */
let fleetEnded;

const until = async (what, isSo) => {
  const endsAt = Date.now() + WITHIN_MS;
  for (;;) {
    let cause;
    const found = await Promise.resolve()
      .then(isSo)
      .catch((error) => {
        cause = error;
      });
    if (found) return found;
    if (fleetEnded) throw new Error(fleetEnded);
    if (Date.now() > endsAt) throw new Error(`${what}: not within ${WITHIN_MS / 60_000} minutes`, { cause });
    await later(LOOK_EVERY_MS);
  }
};

const keyOf = () => readFileSync(`${HOME}/admin.key`, "utf8").trim();
const ask = async (path, options = {}) => {
  const answer = await fetch(`${API}${path}`, {
    ...options,
    headers: { authorization: `Bearer ${keyOf()}` },
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer;
};
const answers = (url) => fetch(url).then((answer) => answer.ok);

/** NATS, Postgres and a control plane, by the product's own start: what a fleet has elsewhere. */
const startFleet = async () => {
  const environment = { ...process.env, MASTHEAD_HOME: HOME, MASTHEAD_AGENT: "off" };
  const fleet = spawn("npm", ["start"], {
    cwd: CHECKOUT,
    env: environment,
    stdio: ["ignore", "inherit", "inherit"],
  });
  for (const event of ["error", "exit"])
    fleet.on(event, (how) => {
      fleetEnded = `npm start ended: ${how}`;
    });
  await until("the fleet's control plane", () => answers(`${API}/readyz`));
  const of = (pid) =>
    Object.fromEntries(
      readFileSync(`/proc/${pid}/environ`, "utf8")
        .split("\0")
        .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
    );
  return of(Number(readFileSync(`${HOME}/run/api.pid`, "utf8")));
};

const secret = (path, text) => writeFileSync(path, text, { mode: 0o600 });

/** /etc/masthead, as operations has it. */
const configure = async (environment) => {
  mkdirSync("/etc/masthead", { recursive: true });
  const credentials = await ask(`/v1/agents/${AGENT_ID}/credentials`, { method: "POST" });
  secret("/etc/masthead/agent.creds", await credentials.text());
  secret("/etc/masthead/fingerprint.key", `${"0123456789abcdef".repeat(2)}\n`);
  secret("/etc/masthead/agent.env", `MASTHEAD_NATS_URL=${environment.MASTHEAD_NATS_URL}\n`);
  copyFileSync(environment.MASTHEAD_NATS_CREDENTIALS, "/etc/masthead/api.creds");
  const settings = { ...environment, MASTHEAD_PORT: "8081" };
  const names = [
    "MASTHEAD_DATABASE_URL",
    "MASTHEAD_INGEST_DATABASE_URL",
    "MASTHEAD_NATS_URL",
    "MASTHEAD_PORT",
  ];
  secret("/etc/masthead/api.env", names.map((name) => `${name}=${settings[name]}\n`).join(""));
};

const startServer = () => {
  const at = "/srv/server";
  mkdirSync(at, { recursive: true });
  const subject = ["-subj", "/CN=localhost", "-keyout", `${at}/key.pem`, "-out", `${at}/cert.pem`];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...subject], { stdio: "ignore" });
  writeFileSync(
    `${at}/nginx.conf`,
    `error_log ${at}/error.log; pid ${at}/nginx.pid; events {}
http { access_log off; server { listen 127.0.0.1:8443 ssl; ssl_certificate ${at}/cert.pem; ssl_certificate_key ${at}/key.pem;
location / { return 200 "ok"; } } }\n`,
  );
  execFileSync("nginx", ["-c", `${at}/nginx.conf`], { stdio: "ignore" }); // a pipe would stay open as long as it runs
};

const requestsSeen = async (path) => {
  for (let request = 0; request < REQUESTS; request += 1)
    run("curl", "-sk", "--retry", "3", "-o", "/dev/null", `${SERVER}${path}`);
  const counted = async () => {
    const { items } = await (await ask("/v1/usage?groupBy=url.template")).json();
    return items.find(({ group }) => group["url.template"] === path)?.requests ?? 0;
  };
  await until(`${REQUESTS} requests of ${path}`, async () => (await counted()) >= REQUESTS);
  check((await counted()) === REQUESTS, `${REQUESTS} requests of ${path} are counted`);
};

const READY = `${AGENT_STATE}/run/agent.ready`;
const agentIsReady = () => existsSync(READY);
const mainPid = () => Number(property("masthead-agent", "MainPID"));

const hasDropped = () => {
  const kept = Object.values(KEPT).reduce((mask, bit) => mask | (1n << BigInt(bit)), 0n);
  const tasks = readdirSync(`/proc/${mainPid()}/task`);
  const statuses = tasks.flatMap((task) => {
    try {
      return [readFileSync(`/proc/${mainPid()}/task/${task}/status`, "utf8")];
    } catch {
      return []; // it has ended
    }
  });
  const field = (status, name) => new RegExp(`^${name}:\\s*(\\S+)`, "m").exec(status)?.[1];
  check(
    statuses.every((status) => field(status, "Uid") !== "0"),
    `all ${statuses.length} threads are of another account than root`,
  );
  check(
    statuses.every((status) => field(status, "NoNewPrivs") === "1"),
    "none can gain capabilities",
  );
  const held = [...new Set(statuses.map((status) => field(status, "CapEff")))];
  if (HAS_UPROBE_LINKS)
    check(
      held.every((mask) => BigInt(`0x${mask}`) === kept),
      `they hold ${Object.keys(KEPT).join(", ")} and nothing else`,
    );
  else say(`· before Linux 6.6 they hold ${held.join(" ")}`);
};

const checkAgent = async () => {
  systemctl("start", "masthead-agent");
  await until("the agent", agentIsReady);
  check(property("masthead-agent", "ActiveState") === "active", "systemd runs the agent");
  hasDropped();
  await requestsSeen("/started");
  const first = mainPid();
  systemctl("restart", "masthead-agent");
  await until("the agent, restarted", () => mainPid() !== first && agentIsReady());
  await requestsSeen("/restarted");
  const second = mainPid();
  process.kill(second, "SIGKILL");
  rmSync(READY); // which the next one would remove, but not at once
  await until("the agent, after it was killed", () => ![0, second].includes(mainPid()) && agentIsReady());
  check(
    Number(property("masthead-agent", "NRestarts")) === 1,
    "systemd started it again after it was killed",
  );
  await requestsSeen("/killed");
  const peak = property("masthead-agent", "MemoryPeak");
  say(
    `· memory of its control group: ${property("masthead-agent", "MemoryCurrent")} bytes now, ${peak || "unknown"} at most`,
  );
  systemctl("stop", "masthead-agent");
  check(property("masthead-agent", "Result") === "success", "it stops within its time, in order");
};

const checkApi = async () => {
  systemctl("start", "masthead-api");
  await until("the API of the unit", () => answers(`${API_OF_UNIT}/readyz`));
  check(
    property("masthead-api", "ActiveState") === "active",
    "systemd runs the control plane, and it is ready",
  );
  systemctl("stop", "masthead-api");
  check(property("masthead-api", "Result") === "success", "it stops within its time, in order");
};

/** What the units say, as they say it. */
const showJournal = () => {
  const of = ["masthead-agent", "masthead-api"].flatMap((unit) => ["--unit", unit]);
  spawn("journalctl", ["--follow", "--output=cat", "--lines=0", ...of], {
    stdio: ["ignore", "inherit", "inherit"],
  });
};

try {
  say(`Linux ${release()}, Node ${process.version}, ${run("systemctl", "--version").split("\n")[0]}`);
  showJournal();
  await configure(await startFleet());
  startServer();
  await checkAgent();
  await checkApi();
  say("systemd check: passed");
} catch (error) {
  say(String(error?.stack ?? error));
  if (error?.cause) say(String(error.cause?.stack ?? error.cause));
  say("systemd check: failed");
  process.exitCode = 1;
}
process.exit(); // whatever still runs: the machine is switched off
