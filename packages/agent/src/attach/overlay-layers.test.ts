import { expect, test } from "vitest";
import { overlayMount } from "./overlay-layers.js";

const line = (id: number, root: string, point: string, options: string, type = "overlay"): string =>
  `${id} 35 0:42 ${root} ${point} rw,relatime shared:1 master:2 - ${type} overlay ${options}`;

test("the layers of an overlay, the topmost first, by the id of its mount", () => {
  const mountinfo = [
    line(4, "/", "/", "rw,lowerdir=/a", "ext4"),
    line(42, "/", "/", "rw,lowerdir=/l/two:/l/one,upperdir=/u,workdir=/w,xino=off"),
    line(43, "/usr", "/bound\\040to", "rw,lowerdir=/l/one,upperdir=/u,workdir=/w"),
    "nonsense",
    "",
  ].join("\n");
  expect(overlayMount(mountinfo, "42")).toEqual({
    root: "/",
    mountPoint: "/",
    layers: ["/u", "/l/two", "/l/one"],
  });
  expect(overlayMount(mountinfo, "43")).toEqual({
    root: "/usr",
    mountPoint: "/bound to",
    layers: ["/u", "/l/one"],
  });
  expect(overlayMount(mountinfo, "4")).toBeUndefined();
  expect(overlayMount(mountinfo, "2")).toBeUndefined();
});

test.each<[string, string, string[]]>([
  ["one by one", "rw,lowerdir+=/a,lowerdir+=/b,upperdir=/u", ["/u", "/a", "/b"]],
  ["with odd names", String.raw`rw,lowerdir=/a\072b:/c\054d:/e\040f`, ["/a:b", "/c,d", "/e f"]],
  ["with odd names before Linux 6.5", String.raw`rw,lowerdir=/a\134:b:/c\134\054d`, ["/a:b", "/c,d"]],
  ["relative to who mounted it", "rw,lowerdir=l/A:l/B", ["l/A", "l/B"]],
  ["none", "rw", []],
])("layers %s", (_, options, layers) => {
  expect(overlayMount(line(42, "/", "/m", options), "42")?.layers).toEqual(layers);
});

test.each(["ro,lowerdir+=/a,datadir+=/c", "ro,lowerdir=/a:/b::/c"])(
  "layers whose files have their data under other names are not looked into: %s",
  (options) => {
    expect(overlayMount(line(42, "/", "/m", options), "42")).toBeUndefined();
  },
);
