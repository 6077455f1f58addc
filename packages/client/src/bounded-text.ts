import { ConnectionError } from "./errors.js";

/** The text of an answer of at most `maxBytes`; of a longer one no more than that is read. @throws ConnectionError `too_large` */
export const readBounded = async (response: Response, maxBytes: number): Promise<string> => {
  const tooLarge = () =>
    new ConnectionError("too_large", `the answer has more than ${maxBytes} bytes: ask for less at once`);
  const reader = response.body?.getReader();
  if (!reader) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      // Nobody waits for it: an answer that does not end may not end its cancellation either.
      reader.cancel().catch(() => undefined);
      throw tooLarge();
    }
    text += decoder.decode(value, { stream: true });
  }
};
