import { once } from "node:events";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Sql } from "postgres";

/** Rows of `exchanges` as COPY writes them, in pieces as they came. */
export const dumpRows = async (sql: Sql): Promise<Buffer[]> => {
  const pieces: Buffer[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      pieces.push(Buffer.from(chunk));
      done();
    },
  });
  await pipeline(await sql`copy (select * from exchanges) to stdout`.readable(), sink);
  const text = Buffer.concat(pieces);
  const size = 64 * 1024;
  return Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
    text.subarray(i * size, (i + 1) * size),
  );
};

/** Milliseconds that a plain COPY of the rows takes, committed. */
export const copyMs = async (sql: Sql, table: string, rows: readonly Buffer[]): Promise<number> => {
  const startedAt = performance.now();
  const writable = await sql`copy ${sql(table)} from stdin`.writable();
  Readable.from(rows, { objectMode: true }).pipe(writable);
  await once(writable, "finish");
  return performance.now() - startedAt;
};
