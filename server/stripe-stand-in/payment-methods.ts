import { z } from "zod";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { StripeApiError, noSuch } from "./errors.ts";
import { expand } from "./expand.ts";
import {
  address,
  changeMetadata,
  expandable,
  fullAddress,
  integer,
  metadata,
  text,
  word,
} from "./fields.ts";
import { derivedId, newId } from "./ids.ts";
import { type TestCard, passesLuhn, testCardNamed, testCardNumbered } from "./test-cards.ts";
import type { Transaction } from "./transaction.ts";
import type { PaymentMethod } from "./types.ts";

const billingDetails = z.strictObject({
  address: address.optional(),
  email: text.optional(),
  name: text.optional(),
  phone: text.optional(),
  tax_id: text.optional(),
});

/** What describes a new payment method, by itself or inside a payment intent. */
export const paymentMethodData = {
  allow_redisplay: z.enum(["always", "limited", "unspecified"]).optional(),
  billing_details: billingDetails.optional(),
  card: z.strictObject({
    cvc: word.optional(),
    exp_month: integer,
    exp_year: integer,
    number: word,
  }),
  metadata: metadata.optional(),
  type: z.enum(["card"]),
};

const paymentMethodSchema = z.strictObject(paymentMethodData);

type PaymentMethodData = z.output<typeof paymentMethodSchema>;

function badCard(code: string, message: string, param: string): StripeApiError {
  return new StripeApiError(402, { type: "card_error", code, message, param });
}

/** Checks a card as a terminal would; what its bank says comes out only when it is charged. */
function checkedCard(tx: Transaction, card: PaymentMethodData["card"]): TestCard {
  const known = testCardNumbered(card.number);
  if (known === undefined) {
    if (!passesLuhn(card.number)) {
      throw badCard("incorrect_number", "Your card number is incorrect.", "number");
    }
    throw new StripeApiError(402, {
      type: "card_error",
      code: "card_declined",
      decline_code: "test_mode_live_card",
      message:
        "Your card was declined. Your request was in test mode, but used a non test card. " +
        "For a list of valid test cards, visit: https://docs.stripe.com/testing.",
      param: "number",
    });
  }
  if (card.exp_month < 1 || card.exp_month > 12) {
    throw badCard("invalid_expiry_month", "Your card's expiration month is invalid.", "exp_month");
  }
  const today = new Date(tx.now * 1000);
  const year = fullYear(card.exp_year);
  const expired =
    year * 12 + card.exp_month < today.getUTCFullYear() * 12 + today.getUTCMonth() + 1;
  if (expired || year > today.getUTCFullYear() + 50) {
    throw badCard("invalid_expiry_year", "Your card's expiration year is invalid.", "exp_year");
  }
  if (card.cvc !== undefined && !/^\d{3,4}$/.test(card.cvc)) {
    throw badCard("invalid_cvc", "Your card's security code is invalid.", "cvc");
  }
  return known;
}

function fullYear(year: number): number {
  return year < 100 ? 2000 + year : year;
}

function put(
  tx: Transaction,
  card: TestCard,
  rest: {
    allowRedisplay: PaymentMethodData["allow_redisplay"];
    billing: PaymentMethodData["billing_details"];
    cvcChecked: boolean;
    expMonth: number;
    expYear: number;
    metadata: PaymentMethod["metadata"];
  },
): PaymentMethod {
  const method = tx.put("payment_method", {
    id: newId("pm"),
    object: "payment_method",
    allow_redisplay: rest.allowRedisplay ?? "unspecified",
    billing_details: {
      address: fullAddress(rest.billing?.address),
      email: rest.billing?.email ?? null,
      name: rest.billing?.name ?? null,
      phone: rest.billing?.phone ?? null,
      tax_id: rest.billing?.tax_id ?? null,
    },
    card: {
      brand: card.brand,
      checks: {
        address_line1_check: null,
        address_postal_code_check: null,
        // The bank checks the code when the card is charged.
        cvc_check: rest.cvcChecked ? "unchecked" : null,
      },
      country: card.country,
      display_brand: card.brand,
      exp_month: rest.expMonth,
      exp_year: rest.expYear,
      fingerprint: derivedId("", card.number, 16).slice(1),
      funding: card.funding,
      generated_from: null,
      last4: card.number.slice(-4),
      networks: { available: [card.brand], preferred: null },
      regulated_status: "unregulated",
      three_d_secure_usage: { supported: card.threeDSecure !== "unsupported" },
      wallet: null,
    },
    created: tx.now,
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: rest.metadata,
    type: "card",
  });
  tx.put("used_test_card", { id: method.id, card: card.name });
  return method;
}

/** Creates a payment method from a card's number and date. */
export function createPaymentMethod(tx: Transaction, data: PaymentMethodData): PaymentMethod {
  const card = checkedCard(tx, data.card);
  return put(tx, card, {
    allowRedisplay: data.allow_redisplay,
    billing: data.billing_details,
    cvcChecked: data.card.cvc !== undefined,
    expMonth: data.card.exp_month,
    expYear: fullYear(data.card.exp_year),
    metadata: changeMetadata({}, data.metadata),
  });
}

/** Finds a payment method; a name such as `pm_card_visa` makes a new one each time, as at Stripe. */
export function usePaymentMethod(tx: Transaction, id: string, param: string): PaymentMethod {
  const known = tx.get("payment_method", id);
  if (known !== undefined) return known;
  const card = testCardNamed(id);
  if (card === undefined) {
    throw noSuch("PaymentMethod", id, param);
  }
  return put(tx, card, {
    allowRedisplay: undefined,
    billing: undefined,
    cvcChecked: false,
    expMonth: 12,
    expYear: new Date(tx.now * 1000).getUTCFullYear() + 4,
    metadata: {},
  });
}

/** The test card behind a payment method. */
export function testCardBehind(tx: Transaction, methodId: string): TestCard {
  const name = tx.get("used_test_card", methodId)?.card;
  const card = name === undefined ? undefined : testCardNamed(name);
  if (card === undefined) throw new Error(`No test card is known for ${methodId}`);
  return card;
}

/** `POST /v1/payment_methods` and `GET /v1/payment_methods/:id`. */
export const paymentMethodEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "POST",
    path: "/v1/payment_methods",
    keys: "publishable",
    params: z.strictObject({ ...expandable, ...paymentMethodData }),
    run: ({ tx, params }) => expand(tx, createPaymentMethod(tx, params), params.expand),
  }),
  endpoint({
    method: "GET",
    path: "/v1/payment_methods/:id",
    params: z.strictObject(expandable),
    run: ({ tx, id, params }) =>
      expand(tx, usePaymentMethod(tx, id, "payment_method"), params.expand),
  }),
];
