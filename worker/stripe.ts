import Stripe from "stripe";

/** The account at Stripe, or at its stand-in. */
export interface StripeAccount {
  readonly secretKey: string;
  /** Where a stand-in is, such as `http://127.0.0.1:4010`; absent: Stripe itself. */
  readonly apiBase?: string | undefined;
}

/** The official client. Waiting between attempts is the job queue's business, so it tries only twice itself. */
export function stripeClient({ secretKey, apiBase }: StripeAccount): Stripe {
  if (apiBase === undefined) return new Stripe(secretKey, { maxNetworkRetries: 1 });
  const { hostname, port, protocol } = new URL(apiBase);
  return new Stripe(secretKey, {
    host: hostname,
    port,
    protocol: protocol === "https:" ? "https" : "http",
    maxNetworkRetries: 1,
  });
}

/**
 * Whether asking again can never help: Stripe has understood the request and refused it. Everything else (no network,
 * an outage, too many requests, a key that was replaced) is worth another try.
 */
export function isRefusal(error: unknown): error is Stripe.errors.StripeError {
  return (
    error instanceof Stripe.errors.StripeInvalidRequestError ||
    error instanceof Stripe.errors.StripeCardError
  );
}
