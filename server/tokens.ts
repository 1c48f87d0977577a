import { randomBytes } from "node:crypto";

/** 32 random bytes: nobody guesses it, and the database stores only its hash. */
export function newToken(): string {
  return randomBytes(32).toString("base64url");
}
