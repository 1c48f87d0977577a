import type { Readable } from "node:stream";
import { RefusedError } from "./errors.ts";

/**
 * Reads a request's body. Raises LMBIG as soon as it is longer than it may be. `askForMore` is asked once, when it is
 * longer than anybody's may be: how long it may be then.
 */
export async function readBody(
  payload: Readable,
  bytesMax: number,
  askForMore?: () => Promise<number>,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let most = bytesMax;
  for await (const chunk of payload as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > most && most === bytesMax && askForMore !== undefined) most = await askForMore();
    if (bytes > most) {
      throw new RefusedError("LMBIG", `The body has at most ${Math.floor(most / 1024)} kB.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}
