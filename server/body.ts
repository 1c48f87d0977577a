import type { Readable } from "node:stream";
import { RefusedError } from "./errors.ts";

/** Reads a request's body. Raises LMBIG as soon as it is longer than it may be. */
export async function readBody(payload: Readable, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of payload as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) {
      throw new RefusedError("LMBIG", `The body has at most ${Math.floor(bytesMax / 1024)} kB.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}
