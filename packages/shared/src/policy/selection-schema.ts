import { z } from "zod";
import * as limits from "./limits.js";

/** Which processes and exchanges a policy is for. */

const roleSchema = z
  .enum(["server", "client"])
  .describe("`server`: the host received the request; `client`: it sent it.");
export const list = <T extends z.ZodType>(item: T, max: number) =>
  z.array(item).min(1, "leave it out instead of an empty list").max(max);

const wildcardSegments = (glob: string): boolean =>
  glob.split("/").every((segment) => segment === "**" || !segment.includes("**"));
const printable = /^[^\p{Cc}]*$/u;

const executableGlobSchema = z
  .string()
  .max(limits.EXECUTABLE_GLOB_MAX_CHARACTERS)
  .regex(printable, "no control characters")
  .startsWith("/", "an executable is an absolute file name, or a glob that begins with '/'")
  .refine(wildcardSegments, "'**' stands alone between slashes")
  .describe(
    "Glob over the executable's file name: `*` within a segment, `**` any segments, `?` one character.",
  );

export const targetSchema = z
  .strictObject({
    executable: executableGlobSchema.optional(),
    port: z
      .int()
      .min(1)
      .max(65535)
      .optional()
      .describe("The server's port. A socket that is not known does not match."),
    role: roleSchema.optional(),
  })
  .refine((target) => Object.keys(target).length > 0, "a target names an executable, a port or a role")
  .describe("A process is a target where all that is named agrees.");

export const hostGlobSchema = z
  .string()
  .min(1)
  .max(limits.HOST_GLOB_MAX_CHARACTERS)
  .regex(/^[^\s\p{Cc}/]*$/u, "a host has no spaces and no slashes")
  .regex(/^[^*]*\*?[^*]*$/, "a host glob has at most one '*'")
  .refine((glob) => /^\[.*\]$/.test(glob) || !/:\d*$/.test(glob), "a host is matched without its port")
  .toLowerCase();

const pathGlobSchema = z
  .string()
  .max(limits.PATH_GLOB_MAX_CHARACTERS)
  .regex(printable, "no control characters")
  .regex(/^[/*]/, "a path begins with '/' (or is '*', for OPTIONS)")
  .refine(wildcardSegments, "'**' stands alone between slashes");

const methodSchema = z
  .string()
  .min(1)
  .max(limits.METHOD_MAX_CHARACTERS)
  .regex(/^[!#$%&'*+\-.^_`|~0-9A-Z]+$/, "a method is an upper-case token such as GET");

export const matchSchema = z.strictObject({
  hosts: list(hostGlobSchema, limits.MATCH_HOSTS_MAX)
    .optional()
    .describe(
      "Host globs with at most one `*`, which stands for one or more characters, dots too. Case and port do not count.",
    ),
  paths: list(pathGlobSchema, limits.MATCH_PATHS_MAX)
    .optional()
    .describe("Path globs: `*` within a segment, `**` any number of segments, `?` one character."),
  methods: list(methodSchema, limits.MATCH_METHODS_MAX).optional().describe("Request methods, upper case."),
  roles: list(roleSchema, 2).optional().describe("Roles of the host in the exchange."),
});
