import { createCipheriv, createDecipheriv, createHash, randomBytes, randomInt } from "node:crypto";
import { Secret, TOTP } from "otpauth";
import { RefusedError } from "./errors.ts";

/** What a telephone is set up with. */
export interface Enrollment {
  /** For an app, mostly as a QR code: `otpauth://totp/...`. */
  readonly uri: string;
  /** For typing it in. */
  readonly secret: string;
}

const issuer = "Last Minute Live";
const periodSeconds = 30;
const recoveryAlphabet = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";

/**
 * Makes and checks the codes of a second factor (RFC 6238: SHA-1, six digits, 30 seconds, as every authenticator app
 * does). Secrets are stored encrypted with AES-256-GCM under a key that only this process has, bound to their user.
 */
export class TwoFactor {
  readonly #key: Buffer | undefined;

  /** `secretKey` is any long random text; without it nobody can add a second factor. */
  constructor(secretKey: string | undefined) {
    this.#key =
      secretKey === undefined
        ? undefined
        : createHash("sha256").update(`two factors:${secretKey}`).digest();
  }

  /** A new secret for a user, to show and to store. Raises LMTFU when the operator gave no key. */
  enroll(userId: string, email: string): { shown: Enrollment; encrypted: Buffer } {
    const secret = new Secret({ size: 20 });
    const totp = new TOTP({ issuer, label: email, secret, period: periodSeconds });
    return {
      shown: { uri: totp.toString(), secret: secret.base32 },
      encrypted: this.#encrypt(secret.base32, userId),
    };
  }

  /** The time step of a right code, to be used up in the database; undefined: it is wrong or out of time. */
  timeStep(encrypted: Buffer, userId: string, code: string): number | undefined {
    if (!/^[0-9]{6}$/.test(code)) return undefined;
    const secret = Secret.fromBase32(this.#decrypt(encrypted, userId));
    const timestamp = Date.now();
    // One step back and forth, for clocks that are not quite right.
    const delta = new TOTP({ secret, period: periodSeconds }).validate({
      token: code,
      timestamp,
      window: 1,
    });
    return delta === null ? undefined : Math.floor(timestamp / 1000 / periodSeconds) + delta;
  }

  /** Ten codes for when the telephone is lost. */
  recoveryCodes(): readonly string[] {
    return Array.from({ length: 10 }, () =>
      Array.from({ length: 12 }, () => recoveryAlphabet[randomInt(recoveryAlphabet.length)]).join(
        "",
      ),
    );
  }

  #encrypt(text: string, userId: string): Buffer {
    const iv = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", this.#requireKey(), iv);
    cipher.setAAD(Buffer.from(userId));
    const encrypted = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), encrypted]);
  }

  #decrypt(stored: Buffer, userId: string): string {
    const decipher = createDecipheriv("aes-256-gcm", this.#requireKey(), stored.subarray(0, 12));
    decipher.setAAD(Buffer.from(userId));
    decipher.setAuthTag(stored.subarray(12, 28));
    return Buffer.concat([decipher.update(stored.subarray(28)), decipher.final()]).toString("utf8");
  }

  #requireKey(): Buffer {
    if (this.#key !== undefined) return this.#key;
    throw new RefusedError("LMTFU", "A second factor is not available here.", {
      hint: "The operator sets LML_SECRET_KEY.",
    });
  }
}

/** A recovery code as it is stored, however it was typed. */
export function plainRecoveryCode(code: string): string {
  return code.replaceAll(/[\s-]/g, "").toUpperCase();
}
