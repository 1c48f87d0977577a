import { createHash, randomBytes } from "node:crypto";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

function base62(bytes: Uint8Array): string {
  // The slight bias of the remainder is harmless: 24 letters still hold more than 140 random bits.
  return Array.from(bytes, (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join("");
}

/** A new unguessable id in Stripe's form, for example `pi_3...`. */
export function newId(prefix: string): string {
  return `${prefix}_${base62(randomBytes(24))}`;
}

/** A random word of letters and digits. */
export function randomWord(length: number): string {
  return base62(randomBytes(length));
}

/** An id that is always the same for the same seed. */
export function derivedId(prefix: string, seed: string, length: number): string {
  return `${prefix}_${base62(createHash("sha256").update(seed).digest()).slice(0, length)}`;
}
