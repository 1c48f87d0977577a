import Stripe from "stripe";
import { isLiveKey } from "../../server/config.ts";
import { stripeClient } from "../../worker/stripe.ts";
import { fail, type Finding, ok, skip, warn } from "./finding.ts";

/** The events that the inbox has handlers for. Others are ignored, so an endpoint may be told to send all of them. */
export const neededEvents: readonly Stripe.WebhookEndpointUpdateParams.EnabledEvent[] = [
  "payment_intent.created",
  "payment_intent.requires_action",
  "payment_intent.processing",
  "payment_intent.payment_failed",
  "payment_intent.amount_capturable_updated",
  "payment_intent.canceled",
  "payment_intent.succeeded",
  "charge.succeeded",
  "charge.failed",
  "charge.captured",
  "charge.expired",
  "charge.refunded",
  "charge.dispute.created",
  "charge.dispute.updated",
  "charge.dispute.closed",
  "charge.dispute.funds_withdrawn",
  "charge.dispute.funds_reinstated",
  "refund.created",
  "refund.updated",
  "refund.failed",
  "payment_method.attached",
  "payment_method.updated",
  "payment_method.automatically_updated",
  "payment_method.detached",
  "account.updated",
  "account.application.deauthorized",
  "transfer.created",
  "transfer.updated",
  "transfer.reversed",
  "payout.created",
  "payout.updated",
  "payout.paid",
  "payout.failed",
  "payout.canceled",
];

const path = "/stripe/webhook";

/**
 * Whether the account at Stripe may take money, and tells us of it. Only with a key is it asked; nothing is changed there.
 *
 * @param standInUrl where the stand-in of the running box office listens, if it has one
 */
export async function examineStripe(
  environment: NodeJS.ProcessEnv,
  standInUrl?: string,
): Promise<Finding[]> {
  const check = "Stripe";
  const secretKey = environment["STRIPE_SECRET_KEY"] || undefined;
  if (secretKey === undefined) {
    const where = standInUrl === undefined ? "takes its place" : `is on ${standInUrl}`;
    return [skip(check, `STRIPE_SECRET_KEY is not set here: the built-in stand-in ${where}`)];
  }
  const findings = examineStripeKeys(environment, secretKey);
  const stripe = stripeClient(
    { secretKey, apiBase: environment["STRIPE_API_BASE"] || undefined },
    // Somebody waits for the answer, and nothing depends on it.
    { maxNetworkRetries: 1, timeout: 10_000 },
  );
  try {
    findings.push(examineAccount(await stripe.accounts.retrieveCurrent(), secretKey));
  } catch (error) {
    return [...findings, unreachable(check, error)];
  }
  try {
    const endpoints = await stripe.webhookEndpoints.list({ limit: 100 });
    findings.push(examineEndpoint(endpoints.data, environment["LML_PUBLIC_URL"] || undefined));
  } catch (error) {
    findings.push(unreachable("Stripe's webhook", error));
  }
  return findings;
}

function unreachable(check: string, error: unknown): Finding {
  if (
    error instanceof Stripe.errors.StripeAuthenticationError ||
    error instanceof Stripe.errors.StripePermissionError
  ) {
    return fail(
      check,
      "Stripe does not take STRIPE_SECRET_KEY",
      "Was it rolled, or is it a restricted key? docs/operations.md says what such a key must be allowed to do.",
    );
  }
  const message = error instanceof Error ? error.message : String(error);
  return fail(check, `it cannot be asked: ${message}`, "Is the network open to api.stripe.com?");
}

function examineAccount(account: Stripe.Account, secretKey: string): Finding {
  const check = "Stripe's account";
  const name = `${account.id}, ${isLiveKey(secretKey) ? "live" : "test"} mode`;
  if (!account.charges_enabled) {
    const due = account.requirements?.currently_due ?? [];
    return fail(
      check,
      `${name}: it may not take payments${due.length === 0 ? "" : `, and owes ${due.join(", ")}`}`,
      "Complete the account in Stripe's dashboard.",
    );
  }
  return ok(check, `${name}, takes payments`);
}

/** What goes with the secret key. None of them is shown. */
function examineStripeKeys(environment: NodeJS.ProcessEnv, secretKey: string): Finding[] {
  const check = "Stripe's keys";
  const publishable = environment["STRIPE_PUBLISHABLE_KEY"] || undefined;
  const findings: Finding[] = [];
  if (publishable === undefined) {
    findings.push(
      fail(
        check,
        "STRIPE_PUBLISHABLE_KEY is not set",
        "Buyers pay with it: take it from Stripe's dashboard.",
      ),
    );
  } else if (isLiveKey(publishable) !== isLiveKey(secretKey)) {
    findings.push(
      fail(
        check,
        "one key is for live mode, and the other one for test mode",
        "Take both from the same mode, and STRIPE_WEBHOOK_SECRET too.",
      ),
    );
  }
  if ((environment["STRIPE_WEBHOOK_SECRET"] ?? "") === "") {
    findings.push(
      fail(
        check,
        "STRIPE_WEBHOOK_SECRET is not set",
        "Without it, anybody could say that a booking is paid, so nothing is believed: take it from Stripe's dashboard.",
      ),
    );
  }
  return findings.length > 0 ? findings : [ok(check, "all are there, and of one mode")];
}

function examineEndpoint(
  endpoints: readonly Stripe.WebhookEndpoint[],
  publicUrl: string | undefined,
): Finding {
  const check = "Stripe's webhook";
  const wanted = publicUrl === undefined ? undefined : new URL(path, publicUrl).href;
  const where = wanted ?? `an address that ends in ${path}`;
  const endpoint = endpoints.find(({ url }) =>
    wanted === undefined ? url.endsWith(path) : url === wanted,
  );
  if (endpoint === undefined) {
    return fail(
      check,
      `Stripe sends no events to ${where}`,
      "Without them no payment is ever booked: add the endpoint in Stripe's dashboard (docs/operations.md).",
    );
  }
  if (endpoint.status !== "enabled") {
    return fail(
      check,
      `${endpoint.url} is ${endpoint.status}`,
      "Stripe disables an endpoint that fails for days: enable it, and have it send again what was missed.",
    );
  }
  const sent = new Set(endpoint.enabled_events);
  const missing = sent.has("*") ? [] : neededEvents.filter((type) => !sent.has(type));
  if (missing.length > 0) {
    return fail(
      check,
      `${endpoint.url} does not get ${missing.join(", ")}`,
      "Add them to the endpoint in Stripe's dashboard.",
    );
  }
  const version = endpoint.api_version;
  if (version !== null && releaseOf(version) !== releaseOf(Stripe.API_VERSION)) {
    return warn(
      check,
      `${endpoint.url} sends events of API version ${version}`,
      `This program was written for ${Stripe.API_VERSION}: make the endpoint anew with that version.`,
    );
  }
  return ok(check, `${endpoint.url} gets all events that are needed`);
}

/** Within a named release, Stripe's versions understand each other. */
function releaseOf(version: string): string {
  return version.split(".")[1] ?? version;
}
