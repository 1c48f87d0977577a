import Stripe from "stripe";

/** The account at Stripe, or at its stand-in. */
export interface StripeAccount {
  readonly secretKey: string;
  /** Where a stand-in is, such as `http://127.0.0.1:4010`; absent: Stripe itself. */
  readonly apiBase?: string | undefined;
}

/** Longer than Stripe takes; after that the answer is lost, and asked for again. */
const timeoutMs = 30_000;

/** The official client. Trying again is the business of {@link callStripe}, which writes each attempt down. */
export function stripeClient(
  { secretKey, apiBase }: StripeAccount,
  options = { maxNetworkRetries: 0, timeout: timeoutMs },
): Stripe {
  if (apiBase === undefined) return new Stripe(secretKey, options);
  const { hostname, port, protocol } = new URL(apiBase);
  return new Stripe(secretKey, {
    ...options,
    host: hostname,
    port,
    protocol: protocol === "https:" ? "https" : "http",
  });
}

/**
 * Whether asking again can never help: Stripe has understood the request and refused it. Everything else (no network,
 * an outage, too many requests, a key that was replaced) is worth another try.
 */
export function isRefusal(error: unknown): error is Stripe.errors.StripeError {
  return (
    (error instanceof Stripe.errors.StripeInvalidRequestError && error.code !== "rate_limit") ||
    error instanceof Stripe.errors.StripeCardError
  );
}

/** A failure that may pass. */
export interface PassingFailure {
  /** Whether other calls would fail, too. */
  readonly isOutage: boolean;
  readonly code: string;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  /** Before that, Stripe does not want to be asked. */
  readonly retryAfterMs?: number | undefined;
}

/** How a call failed that may succeed later; undefined: it is no failure of Stripe's, or a final one. */
export function failureOf(error: unknown): PassingFailure | undefined {
  if (!(error instanceof Stripe.errors.StripeError)) return undefined;
  const { statusCode: status, requestId, code, type } = error;
  const details = { code: code ?? type, status, requestId, retryAfterMs: retryAfterOf(error) };
  // The same key is under way, or another call has locked the object: nothing is wrong with Stripe.
  if (status === 409 || error instanceof Stripe.errors.StripeIdempotencyError) {
    return { ...details, isOutage: false };
  }
  return { ...details, isOutage: true };
}

function retryAfterOf({ headers }: Stripe.errors.StripeError): number | undefined {
  const text = headers?.["retry-after"];
  if (text === undefined) return undefined;
  const seconds = Number(text);
  const milliseconds = Number.isNaN(seconds) ? Date.parse(text) - Date.now() : seconds * 1000;
  return milliseconds > 0 ? Math.ceil(milliseconds) : undefined;
}
