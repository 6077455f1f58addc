import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileExecutableGlob, compileHostCapture, hostMatches, pathMatches } from "./match.js";

describe("path globs", () => {
  it.each([
    ["/v1/**", "/v1/chat/completions", true],
    ["/v1/**", "/v1", true],
    ["/v1/**", "/v1/", true],
    ["/v1/**", "/v10", false],
    ["/v1/*", "/v1/a", true],
    ["/v1/*", "/v1/a/b", false],
    ["/v1/*", "/v1/", false],
    ["/**", "/", true],
    ["**", "*", true],
    ["*", "*", true],
    ["/a/**/z", "/a/z", true],
    ["/a/**/z", "/a/b/c/z", true],
    ["/a/**/z", "/a/b/c/zz", false],
    ["/a/**/b/**/c", "/a/x/b/y/b/c", true],
    ["/users/?", "/users/é", true],
    ["/img/*.png", "/img/a.png", true],
    ["/img/*.png", "/img/a/b.png", false],
    ["/a.b", "/axb", false],
    ["/a(b)+[c]{d}", "/a(b)+[c]{d}", true],
    ["/admin/**", "/%61dmin/x", true],
    ["/a/b", "/a%2Fb", false],
    ["/a", "/A", false],
  ])("%s and %s: %s", (glob, path, expected) => {
    expect(pathMatches(glob, path)).toBe(expected);
  });

  it("agree with a plain definition", () => {
    const letters = fc.array(fc.constantFrom("a", "b", "/", "*", "**", "?"), { maxLength: 8 });
    const text = fc.array(fc.constantFrom("a", "b", "/"), { maxLength: 10 });
    fc.assert(
      fc.property(letters, text, (globParts, textParts) => {
        const glob = `/${globParts.join("")}`;
        fc.pre(glob.split("/").every((segment) => segment === "**" || !segment.includes("**")));
        const path = `/${textParts.join("")}`;
        expect(pathMatches(glob, path)).toBe(slowly(glob.split("/"), path.split("/")));
      }),
      { numRuns: 3_000 },
    );
  });

  it("do work that grows with the lengths alone", () => {
    expect(pathMatches(`/${"*a".repeat(200)}b`, `/${"a".repeat(8_000)}`)).toBe(false);
    expect(pathMatches(`${"/**/a".repeat(100)}/b`, "/a".repeat(4_000))).toBe(false);
  });
});

const slowly = (glob: string[], path: string[]): boolean => {
  const [first, ...rest] = glob;
  if (first === undefined) return path.length === 0;
  if (first === "**")
    return Array.from({ length: path.length + 1 }, (_, i) => slowly(rest, path.slice(i))).some(Boolean);
  const [segment, ...more] = path;
  if (segment === undefined) return false;
  const pattern = new RegExp(
    first === "*" ? "^.+$" : `^${first.replaceAll("*", "\0").replaceAll("?", ".").replaceAll("\0", ".*")}$`,
  );
  return pattern.test(segment) && slowly(rest, more);
};

describe("host globs", () => {
  it.each([
    ["api.example.com", "API.Example.com:443", true],
    ["api.example.com", "api.example.com.", true],
    ["*.internal", "a.b.internal", true],
    ["*.internal", ".internal", false],
    ["*.internal", "internal", false],
    ["api-*.example.com", "api-eu.example.com", true],
    ["*", "anything", true],
    ["[::1]", "[::1]:8443", true],
    ["a.com", "a.com.evil.com", false],
  ])("%s and %s: %s", (glob, host, expected) => {
    expect(hostMatches(glob, host)).toBe(expected);
  });

  it("tell what the star stands for", () => {
    expect(compileHostCapture("*.example.com")("Acme.example.com:443")).toBe("acme");
    expect(compileHostCapture("*.example.com")("example.com")).toBeNull();
  });
});

describe("executable globs", () => {
  it("are over absolute names", () => {
    expect(compileExecutableGlob("/usr/**/nginx")("/usr/local/sbin/nginx")).toBe(true);
    expect(compileExecutableGlob("/usr/sbin/nginx")("/usr/sbin/nginx2")).toBe(false);
    expect(compileExecutableGlob("/usr/bin/python3*")("/usr/bin/python3.11")).toBe(true);
  });
});
