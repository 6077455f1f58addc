import { expect, test } from "vitest";
import { cgroupFacts } from "./cgroup-path.js";

const ID = "3f4e5d6c7b8a99887766554433221100ffeeddccbbaa99887766554433221100";

test.each([
  ["docker under systemd", `0::/system.slice/docker-${ID}.scope`],
  ["docker with cgroupfs", `12:pids:/docker/${ID}\n11:cpu,cpuacct:/docker/${ID}\n0::/`],
  [
    "containerd in Kubernetes",
    `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-containerd-${ID}.scope`,
  ],
  ["cgroupfs in Kubernetes", `4:memory:/kubepods/burstable/pod0a1b/${ID}`],
  ["cri-o", `0::/kubepods.slice/kubepods-pod1.slice/crio-${ID}.scope/container`],
  ["podman", `0::/machine.slice/libpod-${ID}.scope/container`],
  ["rootless podman", `0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${ID}.scope`],
  ["docker in docker", `0::/docker/${"0".repeat(64)}/docker/${ID}`],
])("finds the container of %s", (_, text) => {
  expect(cgroupFacts(text)).toEqual({ containerId: ID });
});

test.each([
  ["a service", "0::/system.slice/nginx.service", { unit: "nginx" }],
  ["an instance", "0::/system.slice/system-getty.slice/getty@tty1.service", { unit: "getty@tty1" }],
  ["version 1", "1:name=systemd:/system.slice/ssh.service\n0::/", { unit: "ssh" }],
  [
    "a user's service",
    "0::/user.slice/user-1000.slice/user@1000.service/app.slice/web.service",
    { unit: "web" },
  ],
  ["a login session", "0::/user.slice/user-1000.slice/session-2.scope", {}],
  ["a user's manager", "0::/user.slice/user-1000.slice/user@1000.service/init.scope", {}],
  ["the root", "0::/", {}],
  ["nothing", "", {}],
  ["podman's monitor", `0::/machine.slice/libpod-conmon-${ID}.scope`, {}],
  ["the engine's shim", `0::/system.slice/containerd.service`, { unit: "containerd" }],
])("names the unit of %s", (_, text, expected) => {
  expect(cgroupFacts(text)).toEqual(expected);
});
