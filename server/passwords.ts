import { randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import * as common from "@zxcvbn-ts/language-common";
import { busy, RefusedError } from "./errors.ts";

/** Argon2id with 19 MiB and two passes, what OWASP asks for: about 20 ms of one core for each try. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** How long a password may be, in characters. The most is for people's passphrases, not for our memory. */
const passwordLength = { min: 10, max: 256 } as const;

/** Tells how many guesses a password takes of somebody who knows everybody's passwords and what is on every keyboard. */
const estimator = new ZxcvbnFactory({
  dictionary: common.dictionary,
  graphs: common.adjacencyGraphs,
  maxLength: 64,
});

/** From 0 to 4: below this, fewer than a hundred million guesses are enough. */
const scoreMin = 3;

/** Whether a password would be guessed by whoever knows the person's address and names. */
function isGuessable(password: string, about: readonly string[]): boolean {
  const [email = "", ...names] = about;
  const [mailbox = ""] = email.split("@");
  const own = [
    ...about,
    mailbox,
    mailbox.replaceAll(/[^\p{L}\p{N}]/gu, ""),
    names.join(""),
    names.join(" "),
  ];
  return estimator.check(password, own).score < scoreMin;
}

/**
 * Raises LMPWD when a new password is too short, too long, or would be guessed by whoever knows a few common ones and `about`,
 * which is the person's address and then their names.
 */
export function requireGoodPassword(password: string, about: readonly string[] = []): void {
  const { length } = [...password];
  if (length < passwordLength.min || length > passwordLength.max) {
    throw new RefusedError(
      "LMPWD",
      `A password has ${passwordLength.min} to ${passwordLength.max} characters.`,
      { detail: "password" },
    );
  }
  if (isGuessable(password, about)) {
    throw new RefusedError("LMPWD", "This password would be guessed.", {
      detail: "password",
      hint: "Take several words that do not belong together.",
    });
  }
}

/** Hashes at a time: each takes 19 MiB and a thread that reading files needs, too. */
const atOnce = 2;

/** How many may wait. Whoever comes later is told to come back, before a line forms that takes minutes. */
const waitingMax = 50;

/** Hashes and verifies passwords, a few at a time. */
export class Passwords {
  /** A hash that no password has, made like the others, so that verifying against it takes as long. */
  readonly #nobodys = hash(randomBytes(32), cost);
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** The hash of a new password. Raises LMPWD as `requireGoodPassword` does; LMBSY when too many wait. */
  async hash(password: string, about: readonly string[] = []): Promise<string> {
    requireGoodPassword(password, about);
    return await this.#inTurn(() => hash(normal(password), cost));
  }

  /** Whether a password is the one of a hash. Without a hash it is not, and finding out takes as long. */
  async verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    const tooLong = password.length > passwordLength.max * 4;
    return await this.#inTurn(async () => {
      const tried = tooLong ? "" : normal(password);
      const right = await verify(passwordHash ?? (await this.#nobodys), tried);
      return right && passwordHash !== undefined && !tooLong;
    });
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= atOnce) {
      if (this.#waiting.length >= waitingMax) throw new RefusedError(busy.code, busy.message, busy);
      // Whoever finishes leaves its place to the next.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

/** The same characters whichever way a keyboard composes them. */
function normal(password: string): string {
  return password.normalize("NFKC");
}
