import { randomBytes } from "node:crypto";
import { z } from "zod";
import { CliError } from "../errors.ts";
import type { OfficeDirectory } from "./directory.ts";
import { readIfThere, writePrivate } from "./files.ts";

const secretsSchema = z.object({
  /** Keys of the Stripe stand-in. They open nothing at Stripe. */
  standIn: z.object({
    secretKey: z.string(),
    publishableKey: z.string(),
    webhookSecret: z.string(),
    /** Where it listened last: the addresses of open 3-D Secure pages carry the port. */
    port: z.int().positive().optional(),
  }),
  /** What secrets in the database are encrypted with. Without it, users with a second factor cannot sign in. */
  encryptionKey: z.string().min(32).default(randomKey),
  /** Passwords that were set on servers that are not embedded: by `host:port`, then by role. */
  roles: z.record(z.string(), z.record(z.string(), z.string())),
});

/** What was made at random for one box office, and must not change while it lives. */
export type Secrets = z.infer<typeof secretsSchema>;

/** The secrets of a directory. They are made, and written for their owner only, when there are none. */
export function loadSecrets(directory: OfficeDirectory): Secrets {
  const content = readIfThere(directory.secrets);
  if (content === undefined) {
    const made = makeSecrets();
    saveSecrets(directory, made);
    return made;
  }
  try {
    const secrets = secretsSchema.parse(JSON.parse(content));
    // A key that an older version did not make is kept from now on.
    if (!content.includes(secrets.encryptionKey)) saveSecrets(directory, secrets);
    return secrets;
  } catch (error) {
    throw new CliError(`${directory.secrets} cannot be read.`, {
      hint: "Restore it, or start over with `npm start -- --fresh`.",
      cause: error,
    });
  }
}

/** Replaces the secrets of a directory. */
export function saveSecrets(directory: OfficeDirectory, secrets: Secrets): void {
  writePrivate(directory.secrets, `${JSON.stringify(secrets, null, 2)}\n`);
}

/** A password that nobody guesses and every URL can carry. */
export function randomPassword(): string {
  return randomBytes(24).toString("base64url");
}

function makeSecrets(): Secrets {
  const key = (): string => randomBytes(24).toString("hex");
  return {
    standIn: {
      secretKey: `sk_test_${key()}`,
      publishableKey: `pk_test_${key()}`,
      webhookSecret: `whsec_${key()}`,
    },
    encryptionKey: randomKey(),
    roles: {},
  };
}

function randomKey(): string {
  return randomBytes(32).toString("base64url");
}
