import { createHash } from "node:crypto";
import { StripeApiError } from "./errors.ts";
import type { Origin } from "./endpoint.ts";
import type { FormHash, FormValue } from "./form.ts";
import type { Store } from "./store.ts";
import type { IdempotentReply } from "./types.ts";

/** How long a key is remembered: a day, as Stripe promises and no longer. */
const REMEMBERED_MS = 24 * 60 * 60 * 1000;
const KEY_LENGTH_MAX = 255;

function sorted(value: FormValue): unknown {
  if (typeof value === "string") return value;
  return Object.keys(value)
    .sort()
    .map((key) => [key, sorted(value[key] ?? "")]);
}

/**
 * What a request asks for, with which kind of key and in whose name, in a form that can be compared: a browser
 * must not be shown a reply that was meant for the seller.
 */
export function fingerprint(
  method: string,
  path: string,
  params: FormHash,
  caller: Pick<Origin, "account" | "publishable">,
): string {
  return createHash("sha256")
    .update(JSON.stringify([method, path, sorted(params), caller.publishable, caller.account]))
    .digest("hex");
}

function refusal(status: number, message: string, code?: string): StripeApiError {
  return new StripeApiError(status, {
    type: "idempotency_error",
    message,
    ...(code === undefined ? {} : { code }),
  });
}

/** Knows which keys have been answered, and which are being worked on. */
export class IdempotencyKeys {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #inProgress = new Set<string>();

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /**
   * Claims a key. Returns the first reply when the key was answered before; otherwise the caller
   * does the work and must `release` the key.
   */
  claim(key: string, print: string): IdempotentReply | null {
    if (key.length > KEY_LENGTH_MAX) {
      throw refusal(400, `Idempotency keys can have up to ${KEY_LENGTH_MAX} characters.`);
    }
    const known = this.#store.get("idempotent_reply", key);
    if (known !== undefined && !isForgotten(known, this.#now())) {
      if (known.fingerprint === print) return known;
      throw refusal(
        400,
        "Keys for idempotent requests can only be used with the same parameters they were first " +
          `used with. Try using a key other than '${key}' if you meant to execute a different ` +
          "request.",
      );
    }
    if (this.#inProgress.has(key)) {
      throw refusal(
        409,
        "There is currently another in-progress request using this Idempotent Key (that probably " +
          "means you submitted twice, and the other request is still going through): " +
          `${key}. Please try again later.`,
        "idempotency_key_in_use",
      );
    }
    this.#inProgress.add(key);
    return null;
  }

  /** Ends the work on a claimed key. */
  release(key: string): void {
    this.#inProgress.delete(key);
  }
}

/** Whether a reply is too old to be replayed. */
export function isForgotten(reply: IdempotentReply, now: number): boolean {
  return now - reply.at_ms > REMEMBERED_MS;
}
