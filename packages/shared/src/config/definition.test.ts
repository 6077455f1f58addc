import { expect, test } from "vitest";
import {
  ConfigurationError,
  describeConfiguration,
  onOff,
  readConfiguration,
  text,
  wholeNumber,
} from "./definition.js";

const variables = {
  home: { name: "X_HOME", description: "where", default: ".x", unit: "path", schema: text },
  flushAfterMs: {
    name: "X_FLUSH_AFTER_MS",
    description: "when",
    default: "1000",
    unit: "ms",
    schema: wholeNumber(1, 60_000),
  },
  url: { name: "X_URL", description: "a | b", schema: text },
  agent: { name: "X_AGENT", description: "whether", default: "on", schema: onOff },
};

test("defaults fill in, and an empty value is an absent one", () => {
  expect(readConfiguration(variables, { X_URL: "", X_AGENT: "off" })).toEqual({
    home: ".x",
    flushAfterMs: 1000,
    agent: false,
  });
});

test("a wrong value is named by its variable, never shown", () => {
  const read = () => readConfiguration(variables, { X_FLUSH_AFTER_MS: "s3cret", X_AGENT: "perhaps" });
  expect(read).toThrow(ConfigurationError);
  expect(read).toThrow(/X_FLUSH_AFTER_MS.*X_AGENT/);
  expect(read).not.toThrow(/s3cret/);
});

test("a number beyond its range is refused", () => {
  expect(() => readConfiguration(variables, { X_FLUSH_AFTER_MS: "0" })).toThrow(/X_FLUSH_AFTER_MS/);
});

test("the same definitions print as a table", () => {
  expect(describeConfiguration(variables)).toContain(
    "| `X_FLUSH_AFTER_MS` | `1000` | ms | when |\n| `X_URL` |  |  | a \\| b |",
  );
});
