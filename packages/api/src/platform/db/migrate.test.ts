import { expect, test } from "vitest";
import { refuseOldPostgres } from "./migrate.js";

test.each(["16.0", "17.2 (Debian 17.2-1.pgdg120+1)", "18beta1", "100.1"])(
  "Postgres %s will do",
  (version) => {
    expect(() => refuseOldPostgres(version)).not.toThrow();
  },
);

test.each([
  [
    "15.10 (Debian 15.10-0+deb12u1)",
    "this Postgres is 15.10 (Debian 15.10-0+deb12u1): Masthead needs 16 or later",
  ],
  ["9.6.24", "this Postgres is 9.6.24: Masthead needs 16 or later"],
  ["", "this Postgres is of no known version: Masthead needs 16 or later"],
])("Postgres %j will not, and the error says which would", (version, message) => {
  expect(() => refuseOldPostgres(version)).toThrow(message);
});
