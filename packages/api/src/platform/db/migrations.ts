import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** One forward-only step of the schema. */
export interface Migration {
  /** File name, which orders it. */
  name: string;
  text: string;
  /** SHA-256 of the text, hex. */
  checksum: string;
}

const NAME = /^\d{4}_[a-z0-9_]+\.sql$/;
const FOLDER = fileURLToPath(new URL("../../../migrations/", import.meta.url));

/** All migrations of the product in order. @throws Error on a file whose name is not `NNNN_words.sql`. */
export const readMigrations = async (folder: string = FOLDER): Promise<Migration[]> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(
    names.map(async (name) => {
      if (!NAME.test(name)) throw new Error(`migration ${name}: the name has to be NNNN_words.sql`);
      const text = await readFile(`${folder}/${name}`, "utf8");
      return { name, text, checksum: createHash("sha256").update(text).digest("hex") };
    }),
  );
};
