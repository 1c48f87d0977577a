import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import type { Endpoint } from "./endpoint.ts";
import { unauthorized } from "./errors.ts";
import type { FormHash } from "./form.ts";
import { header } from "./requests.ts";

/** The keys that the stand-in knows. */
export interface Keys {
  publishableKey: string;
  secretKey: string;
}

function sameSecret(given: string, expected: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(given), hash(expected));
}

/** The key that a request shows: as bearer token, as basic user, or as a browser's parameter. */
function shownKey(request: FastifyRequest, params: FormHash): string | undefined {
  const [scheme, credentials = ""] = (header(request, "authorization") ?? "").split(" ", 2);
  if (scheme?.toLowerCase() === "bearer") return credentials;
  if (scheme?.toLowerCase() === "basic") {
    return Buffer.from(credentials, "base64").toString().split(":", 1)[0];
  }
  return typeof params["key"] === "string" ? params["key"] : undefined;
}

/** Enough of a wrong key to recognize it, and no more. */
function hidden(key: string): string {
  return `${key.slice(0, 8)}${"*".repeat(8)}${key.slice(-4)}`;
}

/**
 * Whether the caller shows only the publishable key. Refuses unknown keys, and the publishable one
 * where it does not suffice.
 */
export function isPublishable(
  request: FastifyRequest,
  params: FormHash,
  known: Keys,
  wanted: Endpoint["keys"],
): boolean {
  const key = shownKey(request, params);
  if (key === undefined || key === "") {
    throw unauthorized(
      "You did not provide an API key. You need to provide your API key in the Authorization " +
        "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    );
  }
  if (sameSecret(key, known.secretKey)) return false;
  if (!sameSecret(key, known.publishableKey)) {
    throw unauthorized(`Invalid API Key provided: ${hidden(key)}`);
  }
  if (wanted === "publishable") return true;
  throw unauthorized(
    "This API call cannot be made with a publishable API key. Please use a secret API key.",
    "secret_key_required",
  );
}

/** Refuses whoever does not show the secret key. */
export function requireSecretKey(request: FastifyRequest, known: Keys): void {
  isPublishable(request, {}, known, "secret");
}
