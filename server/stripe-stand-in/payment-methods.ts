import { z } from "zod";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { StripeApiError, invalidRequest, noSuch } from "./errors.ts";
import { expand } from "./expand.ts";
import {
  address,
  changeMetadata,
  expandable,
  fullAddress,
  integer,
  metadata,
  page,
  text,
  word,
} from "./fields.ts";
import { derivedId, newId } from "./ids.ts";
import { listPage } from "./lists.ts";
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
function createPaymentMethod(tx: Transaction, data: PaymentMethodData): PaymentMethod {
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
  if (known !== undefined) return unspent(tx, known);
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

/** The method that a request names or describes, if it does. */
export function givenMethod(
  tx: Transaction,
  params: {
    readonly payment_method?: string | undefined;
    readonly payment_method_data?: Parameters<typeof createPaymentMethod>[1] | undefined;
  },
): PaymentMethod | undefined {
  if (params.payment_method_data !== undefined) {
    return createPaymentMethod(tx, params.payment_method_data);
  }
  return params.payment_method === undefined
    ? undefined
    : usePaymentMethod(tx, params.payment_method, "payment_method");
}

function unspent(tx: Transaction, method: PaymentMethod): PaymentMethod {
  if (tx.get("used_test_card", method.id)?.spent !== true) return method;
  throw invalidRequest(
    "The provided PaymentMethod was previously used with a PaymentIntent without Customer " +
      "attachment, shared with a connected account without Customer attachment, or was detached " +
      "from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must " +
      "attach it to a Customer first.",
    { param: "payment_method" },
  );
}

function mark(
  tx: Transaction,
  method: PaymentMethod,
  marks: { set_up?: boolean; spent?: boolean },
): PaymentMethod {
  const known = tx.get("used_test_card", method.id);
  if (known !== undefined) tx.put("used_test_card", { ...known, ...marks });
  return method;
}

/** Remembers that the buyer's bank agrees to payments without the buyer. */
export function markSetUp(tx: Transaction, method: PaymentMethod): PaymentMethod {
  return mark(tx, method, { set_up: true });
}

/** Remembers that the method may not be used again. */
export function markSpent(tx: Transaction, method: PaymentMethod): void {
  mark(tx, method, { spent: true });
}

/** Whether the buyer's bank has agreed to payments without the buyer. */
export function isSetUp(tx: Transaction, methodId: string): boolean {
  return tx.get("used_test_card", methodId)?.set_up === true;
}

/** Refuses a customer's payment method in a payment that is not this customer's. */
export function checkOwner(customer: string | null, method: PaymentMethod): void {
  if (method.customer === null || method.customer === customer) return;
  throw invalidRequest(
    `The payment method ${method.id} belongs to a Customer. Please include the Customer in the ` +
      "`customer` parameter.",
    { param: "payment_method" },
  );
}

/** Saves a method for a customer. */
export function attach(tx: Transaction, method: PaymentMethod, customer: string): PaymentMethod {
  if (method.customer === customer) return method;
  const attached = tx.put("payment_method", { ...method, customer });
  tx.emit("payment_method.attached", attached);
  return attached;
}

/** Takes a method from its customer; nobody can use it again. */
export function detach(tx: Transaction, method: PaymentMethod): PaymentMethod {
  const detached = tx.put("payment_method", { ...method, customer: null });
  markSpent(tx, detached);
  tx.emit("payment_method.detached", detached, method);
  return detached;
}

/** The methods of a customer, the newest first. */
export function methodsOf(tx: Transaction, customer: string): PaymentMethod[] {
  return tx.newestFirst("payment_method").filter((method) => method.customer === customer);
}

/** A saved card is checked with its bank, as Stripe does. */
function attachCall(tx: Transaction, id: string, customer: string): PaymentMethod {
  if (tx.get("customer", customer) === undefined) throw noSuch("customer", customer, "customer");
  const method = usePaymentMethod(tx, id, "payment_method");
  if (method.customer !== null && method.customer !== customer) {
    throw invalidRequest(
      "The payment method you provided has already been attached to a customer.",
    );
  }
  const { decline, declinesLater } = testCardBehind(tx, method.id);
  if (decline === null || declinesLater) return attach(tx, method, customer);
  throw new StripeApiError(402, {
    type: "card_error",
    code: decline.code,
    message: decline.message,
    ...(decline.declineCode === null ? {} : { decline_code: decline.declineCode }),
  });
}

/** The test card behind a payment method. */
export function testCardBehind(tx: Transaction, methodId: string): TestCard {
  const name = tx.get("used_test_card", methodId)?.card;
  const card = name === undefined ? undefined : testCardNamed(name);
  if (card === undefined) throw new Error(`No test card is known for ${methodId}`);
  return card;
}

/** Everything under `/v1/payment_methods`. */
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
    run: ({ tx, id, params }) => {
      const known = tx.get("payment_method", id);
      return expand(tx, known ?? usePaymentMethod(tx, id, "payment_method"), params.expand);
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/payment_methods",
    params: z.strictObject({ ...page, customer: word.optional(), type: word.optional() }),
    run: ({ tx, params }) => {
      // As at Stripe: without a customer, none.
      const rows = params.customer === undefined ? [] : methodsOf(tx, params.customer);
      const found = rows.filter(({ type }) => (params.type ?? type) === type);
      return expand(tx, listPage("/v1/payment_methods", found, params), params.expand);
    },
  }),
  endpoint({
    method: "POST",
    path: "/v1/payment_methods/:id",
    params: z.strictObject({
      ...expandable,
      allow_redisplay: paymentMethodData.allow_redisplay,
      billing_details: billingDetails.optional(),
      card: z
        .strictObject({ exp_month: integer.optional(), exp_year: integer.optional() })
        .optional(),
      metadata: metadata.optional(),
    }),
    run: ({ tx, id, params }) => {
      const before = tx.get("payment_method", id);
      if (before === undefined) throw noSuch("PaymentMethod", id, "payment_method");
      if (before.customer === null) {
        throw invalidRequest(
          "You must save this PaymentMethod to a customer before you can update it.",
        );
      }
      const given = params.billing_details;
      const after = tx.put("payment_method", {
        ...before,
        allow_redisplay: params.allow_redisplay ?? before.allow_redisplay ?? "unspecified",
        billing_details: {
          ...before.billing_details,
          ...(given?.address === undefined ? {} : { address: fullAddress(given.address) }),
          ...(given?.email === undefined ? {} : { email: given.email }),
          ...(given?.name === undefined ? {} : { name: given.name }),
          ...(given?.phone === undefined ? {} : { phone: given.phone }),
        },
        ...(before.card === undefined
          ? {}
          : {
              card: {
                ...before.card,
                exp_month: params.card?.exp_month ?? before.card.exp_month,
                exp_year: params.card?.exp_year ?? before.card.exp_year,
              },
            }),
        metadata: changeMetadata(before.metadata, params.metadata),
      });
      tx.emit("payment_method.updated", after, before);
      return expand(tx, after, params.expand);
    },
  }),
  endpoint({
    method: "POST",
    path: "/v1/payment_methods/:id/attach",
    params: z.strictObject({ ...expandable, customer: word }),
    run: ({ tx, id, params }) => expand(tx, attachCall(tx, id, params.customer), params.expand),
  }),
  endpoint({
    method: "POST",
    path: "/v1/payment_methods/:id/detach",
    params: z.strictObject(expandable),
    run: ({ tx, id, params }) => {
      const method = tx.get("payment_method", id);
      if (method === undefined) throw noSuch("PaymentMethod", id, "payment_method");
      if (method.customer === null) {
        throw invalidRequest(
          "The payment method you provided is not attached to a customer so detachment is impossible.",
        );
      }
      return expand(tx, detach(tx, method), params.expand);
    },
  }),
];
