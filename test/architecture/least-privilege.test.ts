import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CAPABILITIES, type Capability, neededHere } from "@masthead/agent/privilege/capabilities";
import { afterAll, expect, it } from "vitest";
import { readSource } from "./support/source-files.js";

/** The units and the page of operations say what the table of capabilities says. */

const UNIT = "infra/systemd/masthead-agent.service";
const BEFORE_6_6 = `${UNIT}.d/before-linux-6.6.conf`;

const folder = mkdtempSync(join(tmpdir(), "masthead-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const setting = (file: string, name: string): string[] =>
  new RegExp(`^${name}=(.*)$`, "m").exec(readSource(file))?.[1]?.split(" ") ?? [];
const needed = (link: "session" | "perf"): string[] =>
  neededHere({ link, isRootInHomeOfAnother: false }).map(({ name }) => name);

it.each(["AmbientCapabilities", "CapabilityBoundingSet"])("the unit's %s is what the agent needs", (name) => {
  expect(setting(UNIT, name).sort()).toEqual(needed("session").sort());
  expect([...setting(UNIT, name), ...setting(BEFORE_6_6, name)].sort()).toEqual(needed("perf").sort());
});

it("the unit runs the agent as an account other than root, and never with more", () => {
  expect(setting(UNIT, "User")).toEqual(["masthead-agent"]);
  expect(setting(UNIT, "NoNewPrivileges")).toEqual(["yes"]);
  expect(setting(UNIT, "ProtectProc")).toEqual(["default"]);
});

const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;
it.runIf(hasSystemd)("systemd takes the unit", () => {
  const file = join(folder, "masthead-agent.service");
  // Nothing is installed where the unit expects it.
  writeFileSync(file, readSource(UNIT).replace(/^ExecStart=.*$/m, "ExecStart=/bin/true"));
  const verified = spawnSync("systemd-analyze", ["verify", "--man=no", file], { encoding: "utf8" });
  expect(verified.stderr).not.toContain("masthead-agent.service:");
  expect(verified.status).toBe(0);
});

const WORDS = { never: "no", loading: "until loaded", always: "always" } as const;
const whenNeeded = ({ need }: Capability): string => {
  const by = (link: "session" | "perf", isRootInHomeOfAnother = false) =>
    need({ link, isRootInHomeOfAnother });
  if (by("session", true) !== by("session")) return "only as root where that is so";
  const [usual, before] = [by("session"), by("perf")];
  if (usual === before) return WORDS[usual];
  return usual === "never" ? "before Linux 6.6" : `${WORDS[usual]}; before Linux 6.6 ${WORDS[before]}`;
};

it("the page of operations has every capability, when and why it is needed, and what is lost without it", () => {
  const rows = CAPABILITIES.map(
    (each) => `| \`${each.name}\` | ${whenNeeded(each)} | ${each.why} | ${each.lost} |`,
  );
  expect(readSource("docs/operations.md")).toContain(`|---|---|---|---|\n${rows.join("\n")}\n`);
});
