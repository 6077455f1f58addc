import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { CODE_MIN_BYTES, type KnownBuild, type KnownBuilds } from "./known-builds.js";
import { OPENSSL_FUNCTIONS } from "./openssl-sites.js";

const FOLDER = fileURLToPath(new URL("../../../known-builds/", import.meta.url));

const hexadecimal = (digits: string): RegExp => new RegExp(`^(?:[0-9a-f]{2})${digits}$`);
const address = z
  .string()
  .regex(/^0x[0-9a-f]{1,12}$/, "an address is hexadecimal: `0x1a2b`")
  .transform(Number);
const knownFunction = z
  .strictObject({
    name: z.enum(OPENSSL_FUNCTIONS),
    address,
    size: z.int().min(1).max(0xff_ffff),
    code: z.string().regex(hexadecimal("{1,64}"), "code is 1 to 64 bytes in hexadecimal"),
  })
  .refine(({ size, code }) => code.length / 2 >= Math.min(CODE_MIN_BYTES, size), {
    message: `code is ${CODE_MIN_BYTES} bytes at least, or the whole function`,
    path: ["code"],
  });
const knownBuild = z.strictObject({
  title: z.string().min(1).max(200).optional(),
  runtime: z.enum(["openssl", "boringssl"]),
  functions: z
    .array(knownFunction)
    .max(OPENSSL_FUNCTIONS.length)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, "a function is named twice")
    .refine(
      (all) => ["SSL_read", "SSL_write"].every((needed) => all.some(({ name }) => name === needed)),
      "SSL_read and SSL_write are needed",
    ),
});
const knownBuilds = z.record(z.string().regex(hexadecimal("{4,64}")), knownBuild);

/** @throws Error that names the file and what is wrong with it */
function buildsIn(path: string): [id: string, build: KnownBuild][] {
  try {
    return Object.entries(knownBuilds.parse(JSON.parse(readFileSync(path, "utf8")))) as [
      string,
      KnownBuild,
    ][];
  } catch (error) {
    const words = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new Error(`the file of known builds ${path} cannot be used: ${words}`);
  }
}

let ofAgent: KnownBuilds | undefined;

/** The builds that come with the agent (docs/decisions/0020). */
export function knownBuildsOfAgent(): KnownBuilds {
  ofAgent ??= new Map(
    readdirSync(FOLDER)
      .filter((file) => file.endsWith(".json"))
      .flatMap((file) => buildsIn(join(FOLDER, file))),
  );
  return ofAgent;
}

/**
 * The builds that come with the agent, and those of this host's file, which go first.
 * @param path of what `masthead-agent known-build` prints
 * @throws Error that names the file and what is wrong with it
 */
export const readKnownBuilds = (path: string | undefined): KnownBuilds =>
  path === undefined ? knownBuildsOfAgent() : new Map([...knownBuildsOfAgent(), ...buildsIn(path)]);

/** What {@link readKnownBuilds} reads, a function a line. */
export function knownBuildsText(builds: KnownBuilds): string {
  const texts = [...builds].map(([id, { title, runtime, functions }]) => {
    const lines = functions.map((each) =>
      JSON.stringify({ ...each, address: `0x${each.address.toString(16)}` }),
    );
    const named = title === undefined ? "" : `"title": ${JSON.stringify(title)}, `;
    return `  "${id}": { ${named}"runtime": "${runtime}", "functions": [\n    ${lines.join(",\n    ")}\n  ] }`;
  });
  return `{\n${texts.join(",\n")}\n}\n`;
}
