import { readFileSync } from "node:fs";
import { CREDENTIAL_MAX_BYTES, credentialFingerprint } from "@masthead/shared/policy/credential-fingerprint";
import { type FingerprintKey, parseFingerprintKey } from "@masthead/shared/policy/fingerprint";
import { Command } from "commander";
import { cliVariables } from "./configuration.js";
import type { CommandContext } from "./context.js";
import { UsageError } from "./settings.js";

const HELP = `
The credential is read from standard input and goes nowhere. It is never an argument, which other users of this host could see,
and which your shell would remember. One line's end is left out, and of authorization the scheme ("Bearer ", "Basic ").

The key is the fleet's: the file that agents have as MASTHEAD_FINGERPRINT_KEY, else fingerprint.key in MASTHEAD_HOME.

Examples:
  masthead fingerprint < token.txt
  pass show customers/acme | masthead fingerprint --header x-api-key
  masthead tenants attribute acme "$(masthead fingerprint < token.txt)"`;

const ON_A_TERMINAL = `fingerprint reads the credential from standard input, which is this terminal: it would show what you type.
Send it from a file or a program instead:
  masthead fingerprint < token.txt
or without showing it:
  read -rs token && printf %s "$token" | masthead fingerprint`;

/** The fleet's key, from its file. @throws UsageError, which never quotes what the file holds */
const readKey = async (env: NodeJS.ProcessEnv): Promise<FingerprintKey> => {
  const home = env[cliVariables.home.name] || cliVariables.home.default;
  const file = env[cliVariables.fingerprintKey.name] || `${home}/fingerprint.key`;
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `the fleet's fingerprint key cannot be read from ${file} (${code}): name its file in ${cliVariables.fingerprintKey.name}`,
    );
  }
  try {
    return await parseFingerprintKey(text);
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}`);
  }
};

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** One credential, less one line's end. @throws UsageError where it is none, several or too long */
const credentialOf = (input: Uint8Array): Uint8Array => {
  let end = input.length;
  if (input[end - 1] === LINE_FEED) end--;
  if (end < input.length && input[end - 1] === CARRIAGE_RETURN) end--;
  const value = input.subarray(0, end);
  if (value.every((byte) => byte === 0x20 || byte === 0x09))
    throw new UsageError("standard input holds no credential");
  if (value.includes(LINE_FEED) || value.includes(CARRIAGE_RETURN))
    throw new UsageError("standard input holds more than one line: one credential at a time");
  if (value.length > CREDENTIAL_MAX_BYTES)
    throw new UsageError(
      `the credential has more than ${CREDENTIAL_MAX_BYTES} bytes: agents never see such a one whole, and it has no fingerprint`,
    );
  return value;
};

/** `masthead fingerprint` */
export const fingerprintCommand = (context: CommandContext): Command =>
  new Command("fingerprint")
    .description("the fingerprint of a credential, as agents compute it; the credential stays here")
    .option("--header <name>", "the header that carries it", "authorization")
    .addHelpText("after", HELP)
    .action(async ({ header }: { header: string }) => {
      const input = await context.input();
      if (input === null) throw new UsageError(ON_A_TERMINAL);
      const key = await readKey(context.env);
      const fingerprint = credentialFingerprint(key, header.toLowerCase(), credentialOf(input));
      context.print({ fingerprint }, () => fingerprint);
    });
