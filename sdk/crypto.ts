/** Bytes as base64url without padding. */
function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** 32 random bytes in base64url, 43 characters: the form in which the database takes cart tokens. */
export function randomToken(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(32)));
}

/**
 * SHA-256 of a text's UTF-8 bytes, in lower case hexadecimal. Browsers offer WebCrypto only on
 * HTTPS pages and on localhost.
 */
export async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A new UUID that nobody else has. */
export function randomUuid(): string {
  return crypto.randomUUID();
}

/** Whether a signature is the HMAC-SHA-256 of a text under the SHA-256 of a token. */
export async function isSigned(text: string, signature: string, token: string): Promise<boolean> {
  const secret = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", secret, algorithm, false, ["verify"]);
  const bytes = Uint8Array.from(signature.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return await crypto.subtle.verify("HMAC", key, bytes, new TextEncoder().encode(text));
}

/** The bytes that a base64 text stands for. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
