/**
 * Messages on the wire are gzip of UTF-8 JSON. Web streams only, so that it runs on Workers as it does on Node; where a
 * synchronous call is wanted, any other gzip makes the same format.
 */

export type GzipJsonFault = "too_large" | "not_gzip" | "not_utf8" | "not_json";

export class GzipJsonError extends Error {
  override readonly name = "GzipJsonError";
  constructor(
    readonly fault: GzipJsonFault,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const collect = async (
  stream: ReadableStream<Uint8Array>,
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<Uint8Array> => {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > maxBytes) {
      // The rest is never inflated; what cancelling says no longer matters.
      await reader.cancel().catch(() => undefined);
      throw new GzipJsonError("too_large", `more than ${maxBytes} bytes when decompressed`);
    }
    chunks.push(value);
  }
  if (chunks.length === 1) return chunks[0] as Uint8Array;
  const all = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return all;
};

const through = (
  bytes: Uint8Array,
  transform: CompressionStream | DecompressionStream,
): ReadableStream<Uint8Array> => {
  const writer = transform.writable.getWriter() as WritableStreamDefaultWriter<Uint8Array>;
  // Faults come out of the readable side; here they would be rejections that nobody handles.
  writer.write(bytes).catch(() => undefined);
  writer.close().catch(() => undefined);
  return transform.readable as ReadableStream<Uint8Array>;
};

/** Gzip of the UTF-8 JSON of `value`. */
export const encodeGzipJson = async (value: unknown): Promise<Uint8Array> =>
  collect(through(new TextEncoder().encode(JSON.stringify(value)), new CompressionStream("gzip")));

/** @throws GzipJsonError `not_gzip`, or `too_large` beyond `maxBytes` inflated, of which no more is held */
export const gunzipBounded = async (bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> => {
  try {
    return await collect(through(bytes, new DecompressionStream("gzip")), maxBytes);
  } catch (error) {
    if (error instanceof GzipJsonError) throw error;
    throw new GzipJsonError("not_gzip", "not a whole gzip stream", { cause: error });
  }
};

/**
 * The JSON value of a message.
 * @param maxBytes of the JSON text; a message that inflates beyond it is refused before it is held
 * @throws GzipJsonError
 */
export const decodeGzipJson = async (bytes: Uint8Array, maxBytes: number): Promise<unknown> => {
  const inflated = await gunzipBounded(bytes, maxBytes);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(inflated);
  } catch (error) {
    throw new GzipJsonError("not_utf8", "not UTF-8", { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    throw new GzipJsonError("not_json", "not JSON");
  }
};
