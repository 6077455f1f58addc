import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FLOOR } from "@masthead/shared/policy/floor";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readPolicyFile } from "./policy-file.js";

let path: string;
beforeAll(() => {
  path = join(mkdtempSync(join(tmpdir(), "masthead-policy-")), "gateway.yaml");
});
afterAll(() => rmSync(join(path, ".."), { recursive: true }));

const read = (text: string) => {
  writeFileSync(path, text);
  return readPolicyFile(path, FLOOR);
};
const POLICY = "apiVersion: masthead.dev/v1\nkind: CapturePolicy\nmetadata: { name: gateway }\n";

test("a policy in YAML, in JSON, and none", async () => {
  expect((await read(`${POLICY}spec: {}`)).policies[0]?.name).toBe("gateway");
  const json = { apiVersion: "masthead.dev/v1", kind: "CapturePolicy", metadata: { name: "j" }, spec: {} };
  expect((await read(JSON.stringify(json))).policies[0]?.name).toBe("j");
  expect((await readPolicyFile(undefined, FLOOR)).policies[0]?.name).toBe("default");
});

test("what is wrong with a file is said with its name and its place", async () => {
  await expect(read("a: [b")).rejects.toThrow(/gateway\.yaml is neither JSON nor YAML: .* at line 1/s);
  await expect(read(`${POLICY}spec: { timing: [cpu] }`)).rejects.toThrow(
    /gateway\.yaml is not a capture policy:\n {2}\/spec\/timing: .*timings/,
  );
  await expect(readPolicyFile(`${path}.gone`, FLOOR)).rejects.toThrow("gateway.yaml.gone");
});
