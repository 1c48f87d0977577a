import { CliError } from "../errors.ts";

/** The account at Stripe, or at its stand-in. */
export interface StripeAccount {
  readonly secretKey: string;
  readonly publishableKey: string;
  readonly webhookSecret: string;
  /** Where the stand-in is; absent: Stripe itself. */
  readonly apiBase: string | undefined;
}

/** The account that the environment names. Undefined without STRIPE_SECRET_KEY: the stand-in takes its place. */
export function givenStripe(): StripeAccount | undefined {
  const read = (name: string): string | undefined => process.env[name] || undefined;
  const secretKey = read("STRIPE_SECRET_KEY");
  if (secretKey === undefined) return undefined;
  const publishableKey = read("STRIPE_PUBLISHABLE_KEY");
  const webhookSecret = read("STRIPE_WEBHOOK_SECRET");
  if (publishableKey === undefined || webhookSecret === undefined) {
    throw new CliError("STRIPE_SECRET_KEY is set, but Stripe needs three values.", {
      hint:
        "Set STRIPE_PUBLISHABLE_KEY (pk_...) and STRIPE_WEBHOOK_SECRET (whsec_..., `stripe listen` shows one) too, " +
        "or unset STRIPE_SECRET_KEY to work with the built-in stand-in.",
    });
  }
  return { secretKey, publishableKey, webhookSecret, apiBase: read("STRIPE_API_BASE") };
}
