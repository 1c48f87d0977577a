import type { z } from "zod";
import { automaticMethods } from "./automatic-payment-methods.ts";
import { changeMetadata } from "./fields.ts";
import { newId, randomWord } from "./ids.ts";
import { requireCurrency } from "./money.ts";
import type { Paying, createParams } from "./payment-intent-params.ts";
import type { Transaction } from "./transaction.ts";
import type { PaymentIntent, PaymentMethod } from "./types.ts";

/** The options of cards that a request gives. */
export function methodOptions(params: Paying): PaymentIntent["payment_method_options"] | undefined {
  const card = params.payment_method_options?.card;
  return card && { card: { installments: null, mandate_options: null, network: null, ...card } };
}

/** A payment intent for which nothing was paid yet. */
export function newPaymentIntent(
  tx: Transaction,
  params: z.output<typeof createParams>,
  customer: string | null,
  method: PaymentMethod | undefined,
): PaymentIntent {
  const id = newId("pi");
  return {
    id,
    object: "payment_intent",
    allowed_payment_method_types: params.allowed_payment_method_types ?? null,
    amount: params.amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: automaticMethods(
      params.automatic_payment_methods,
      params.allowed_payment_method_types,
    ),
    canceled_at: null,
    cancellation_reason: null,
    capture_method: params.capture_method ?? "automatic_async",
    client_secret: `${id}_secret_${randomWord(25)}`,
    confirmation_method: params.confirmation_method ?? "automatic",
    created: tx.now,
    currency: requireCurrency(params.currency),
    customer,
    customer_account: null,
    description: params.description ?? null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: changeMetadata({}, params.metadata),
    next_action: null,
    on_behalf_of: null,
    payment_method: method?.id ?? null,
    payment_method_configuration_details: null,
    payment_method_options: methodOptions(params) ?? {},
    payment_method_types: ["card"],
    payment_record: null,
    processing: null,
    receipt_email: params.receipt_email ?? null,
    review: null,
    setup_future_usage: params.setup_future_usage ?? null,
    shipping: params.shipping ?? null,
    source: null,
    statement_descriptor: params.statement_descriptor ?? null,
    statement_descriptor_suffix: params.statement_descriptor_suffix ?? null,
    status: method === undefined ? "requires_payment_method" : "requires_confirmation",
    transfer_data: null,
    transfer_group: params.transfer_group ?? null,
  };
}
