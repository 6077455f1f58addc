import { compilePathGlob } from "@masthead/shared/policy/match";
import fc from "fast-check";
import { expect, test } from "vitest";
import { PathTemplates } from "../template/path-templates.js";
import { PREFIXES, WELL_KNOWN_FILES } from "../template/vocabulary.js";
import { asksForIds, foldPath, isFolded } from "./path-folding.js";

const SEGMENTS = fc.oneof(
  fc.constantFrom(
    "v1",
    "api",
    "orders",
    "users",
    "me",
    "v2beta1",
    "reports",
    "export",
    "vault",
    "a.json",
    "12.pdf",
  ),
  fc.constantFrom("42:cancel", "order-17", "a1", "b22", "v12345678901", "3e9", "..", "", ";v=1", "%41"),
  fc.uuid(),
  fc.nat().map(String),
  fc.stringMatching(/^[A-Za-z0-9_~$.-]{1,20}$/),
);
const paths = fc.array(SEGMENTS, { maxLength: 8 }).map((segments) => `/${segments.join("/")}`);

test("what a template shows is not folded", () => {
  for (const word of [
    ...PREFIXES,
    ...WELL_KNOWN_FILES,
    "v1",
    "v2beta1",
    "v123alpha45",
    "users",
    "oauth2",
    "s3",
  ])
    expect([word, isFolded(word)]).toEqual([word, false]);
  expect(foldPath("/v1/orders/12345/items/9f1c0e7a-6b52-4c3f-8d10-2f6a51c0b7de")).toBe(
    "/v1/orders/0/items/0",
  );
});

test("a path that is folded has the template that it had", () => {
  fc.assert(
    fc.property(fc.array(paths, { minLength: 1, maxLength: 20 }), (each) => {
      const whole = new PathTemplates();
      const folded = new PathTemplates();
      for (const path of each) {
        expect(folded.templateOf(foldPath(path))).toBe(whole.templateOf(path));
        expect(foldPath(foldPath(path))).toBe(foldPath(path));
      }
    }),
    { numRuns: 500 },
  );
});

test("globs that can tell ids apart are known, and the others take a folded path as they take the path", () => {
  const safe = ["/v1/**", "/**", "/v1/orders/*", "/v1/*/items", "/health", "*"];
  for (const glob of safe) expect([glob, asksForIds(glob)]).toEqual([glob, false]);
  for (const glob of ["/v1/orders/123", "/v1/order-*", "/v1/?", "/a%31", "/x/12*"])
    expect([glob, asksForIds(glob)]).toEqual([glob, true]);
  fc.assert(
    fc.property(paths, fc.constantFrom(...safe), (path, glob) => {
      const matches = compilePathGlob(glob);
      expect(matches(foldPath(path))).toBe(matches(path));
    }),
  );
});
