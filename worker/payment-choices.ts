import type { JobHelpers } from "graphile-worker";
import type Stripe from "stripe";
import { callFunction } from "./context.ts";

interface Choice {
  readonly stripe_customer_id: string;
  readonly customer: string | null;
  readonly email: string;
  readonly name: string | null;
  readonly idempotency_key: string;
  readonly metadata: Record<string, string>;
  readonly payment_method: string | null;
  readonly saves_card: boolean;
}

/**
 * What a payment intent says of the card: whose it is, which one pays, or that it is to be kept. The customer is made
 * first, when Stripe does not know them yet. The buyer's browser still confirms the payment: no card is charged without.
 */
export async function cardParams(
  helpers: JobHelpers,
  stripe: Stripe,
  paymentIntentId: string,
): Promise<
  Pick<Stripe.PaymentIntentCreateParams, "customer" | "payment_method" | "setup_future_usage">
> {
  const choice = await callFunction<Choice | null>(
    helpers,
    "prepare_payment_choice",
    paymentIntentId,
  );
  if (choice === null) return {};
  return {
    customer: choice.customer ?? (await makeCustomer(helpers, stripe, choice)),
    ...(choice.payment_method === null ? {} : { payment_method: choice.payment_method }),
    ...(choice.saves_card ? { setup_future_usage: "on_session" } : {}),
  };
}

async function makeCustomer(helpers: JobHelpers, stripe: Stripe, choice: Choice): Promise<string> {
  const { email, idempotency_key: idempotencyKey, metadata, name } = choice;
  const { id } = await stripe.customers.create(
    { email, metadata, ...(name === null ? {} : { name }) },
    { idempotencyKey },
  );
  await callFunction(helpers, "record_stripe_customer", choice.stripe_customer_id, id);
  return id;
}
