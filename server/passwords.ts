import { randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import { busy, RefusedError } from "./errors.ts";

/** Argon2id with 19 MiB and two passes, what OWASP asks for: about 20 ms of one core for each try. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** How long a password may be, in characters. The most is for people's passphrases, not for our memory. */
export const passwordLength = { min: 10, max: 256 } as const;

/** The longest of the passwords that are tried first everywhere; the shorter ones are too short here anyway. */
const common: ReadonlySet<string> = new Set([
  "1234567890",
  "0123456789",
  "12345678910",
  "0987654321",
  "1q2w3e4r5t",
  "1q2w3e4r5t6y",
  "1qaz2wsx3edc",
  "qwertyuiop",
  "qwerty12345",
  "qwerty123456",
  "asdfghjkl1",
  "abcdefghij",
  "password12",
  "password123",
  "password1234",
  "password12345",
  "passwordpassword",
  "iloveyou123",
  "letmein123",
  "welcome123",
  "welcome1234",
  "administrator",
  "changeme123",
  "football123",
  "basketball",
  "correcthorsebatterystaple",
]);

/** Whether a password would be tried first: few different characters, everybody's, or the person's own address or name. */
function isGuessable(password: string, about: readonly string[]): boolean {
  const plain = lettersOf(password);
  const own = [...about, ...about.map((text) => text.split("@")[0] ?? ""), about.slice(1).join("")]
    .map(lettersOf)
    .filter((text) => text.length >= 4);
  return (
    new Set(password).size < 4 ||
    common.has(plain) ||
    // The name and a number, such as a year.
    own.some((name) => plain.startsWith(name) && /^[0-9]{0,6}$/.test(plain.slice(name.length)))
  );
}

function lettersOf(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, "");
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

  /**
   * The hash of a new password. Raises LMPWD when it is too short, too long, or would be guessed by whoever knows a few
   * common ones and `about`, which is the person's address and then their names; LMBSY when too many wait.
   */
  async hash(password: string, about: readonly string[] = []): Promise<string> {
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
