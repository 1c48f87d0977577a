import { z } from "zod";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { noSuch } from "./errors.ts";
import { expand } from "./expand.ts";
import { page, expandable, word } from "./fields.ts";
import { newId } from "./ids.ts";
import { listPage, matching } from "./lists.ts";
import type { Decline, TestCard } from "./test-cards.ts";
import type { Transaction } from "./transaction.ts";
import type { Charge, PaymentIntent, PaymentMethod } from "./types.ts";

/** How long a bank keeps money for a buyer who was there: longer for some cards, shorter for none. */
export const AUTHORIZATION_SECONDS = 7 * 24 * 60 * 60;

const STATEMENT_DESCRIPTOR = "STRIPE STAND-IN TEST";

function outcome(decline: Decline | null): NonNullable<Charge["outcome"]> {
  return {
    advice_code: null,
    network_advice_code: null,
    network_decline_code: null,
    network_status: decline === null ? "approved_by_network" : "declined_by_network",
    reason: decline === null ? null : (decline.declineCode ?? decline.code),
    seller_message:
      decline === null
        ? "Payment complete."
        : "The bank did not return any further details with this decline.",
    type: decline === null ? "authorized" : "issuer_declined",
  };
}

function cardDetails(
  intent: PaymentIntent,
  method: PaymentMethod,
  card: TestCard,
  authenticated: boolean,
  now: number,
): NonNullable<NonNullable<Charge["payment_method_details"]>["card"]> {
  return {
    amount_authorized: card.decline === null ? intent.amount : null,
    authorization_code: card.decline === null ? "123456" : null,
    brand: card.brand,
    ...(card.decline === null && intent.capture_method === "manual"
      ? { capture_before: now + AUTHORIZATION_SECONDS }
      : {}),
    checks: {
      address_line1_check: null,
      address_postal_code_check: null,
      cvc_check:
        method.card?.checks?.cvc_check == null
          ? null
          : card.decline?.code === "incorrect_cvc"
            ? "fail"
            : "pass",
    },
    country: card.country,
    electronic_commerce_indicator: authenticated ? "05" : null,
    exp_month: method.card?.exp_month ?? 12,
    exp_year: method.card?.exp_year ?? 2099,
    extended_authorization: { status: "disabled" },
    fingerprint: method.card?.fingerprint ?? null,
    funding: card.funding,
    incremental_authorization: { status: "unavailable" },
    installments: null,
    last4: card.number.slice(-4),
    mandate: null,
    multicapture: { status: "unavailable" },
    network: card.brand,
    network_token: { used: false },
    network_transaction_id: null,
    overcapture: { maximum_amount_capturable: intent.amount, status: "unavailable" },
    regulated_status: "unregulated",
    three_d_secure: authenticated
      ? {
          authentication_flow: "challenge",
          electronic_commerce_indicator: "05",
          exemption_indicator: null,
          result: "authenticated",
          result_reason: null,
          transaction_id: null,
          version: "2.2.0",
        }
      : null,
    transaction_link_id: null,
    wallet: null,
  };
}

/** Records an attempt to charge a card: not captured yet, or declined by the card's bank. */
export function createCharge(
  tx: Transaction,
  intent: PaymentIntent,
  method: PaymentMethod,
  card: TestCard,
  authenticated: boolean,
): Charge {
  const { decline } = card;
  return tx.put("charge", {
    id: newId("ch"),
    object: "charge",
    amount: intent.amount,
    amount_captured: 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: method.billing_details,
    calculated_statement_descriptor: STATEMENT_DESCRIPTOR,
    captured: false,
    created: tx.now,
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: outcome(decline),
    paid: decline === null,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: {
      card: cardDetails(intent, method, card, authenticated, tx.now),
      type: "card",
    },
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: intent.shipping,
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: decline === null ? "succeeded" : "failed",
    transfer_data: null,
    transfer_group: intent.transfer_group,
  });
}

/** The charge with this id; other objects refer to charges only by ids that exist. */
export function requireCharge(tx: Transaction, id: string | null, param = "charge"): Charge {
  const charge = id === null ? undefined : tx.get("charge", id);
  if (charge === undefined) throw noSuch("charge", id ?? "", param);
  return charge;
}

/** `GET /v1/charges` and `GET /v1/charges/:id`. */
export const chargeEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "GET",
    path: "/v1/charges/:id",
    params: z.strictObject(expandable),
    run: ({ tx, id, params }) => expand(tx, requireCharge(tx, id, "id"), params.expand),
  }),
  endpoint({
    method: "GET",
    path: "/v1/charges",
    params: z.strictObject({
      ...page,
      customer: word.optional(),
      payment_intent: word.optional(),
      transfer_group: word.optional(),
    }),
    run: ({ tx, params }) => {
      const rows = matching(
        tx.newestFirst("charge"),
        params,
        "customer",
        "payment_intent",
        "transfer_group",
      );
      return expand(tx, listPage("/v1/charges", rows, params), params.expand);
    },
  }),
];
