import { z } from "zod";
import { requireCustomer } from "./customers.ts";
import { type Call, type Endpoint, endpoint } from "./endpoint.ts";
import { invalidRequest, noSuch, unexpectedState } from "./errors.ts";
import { expand } from "./expand.ts";
import { changeMetadata, expandable, page, positiveInteger, sent, word } from "./fields.ts";
import { listPage, matching, searchPage } from "./lists.ts";
import { formatAmount, requireCurrency, requirePayableAmount } from "./money.ts";
import { methodOptions, newPaymentIntent } from "./new-payment-intent.ts";
import { EDITABLE, confirmWith } from "./payment-confirmation.ts";
import { cancel, capture } from "./payment-flow.ts";
import {
  type Paying,
  captureParams,
  confirmParams,
  createParams,
  updateParams,
} from "./payment-intent-params.ts";
import { checkOwner, givenMethod } from "./payment-methods.ts";
import { refuseSellersChoice, visibleTo } from "./publishable.ts";
import type { PaymentIntent } from "./types.ts";

/** What may change only while nothing has been paid. */
const BEFORE_CONFIRMATION = [
  "allowed_payment_method_types",
  "amount",
  "capture_method",
  "currency",
  "customer",
  "payment_method",
  "payment_method_data",
] as const;

function requireIntent(call: Call<{ client_secret?: string | undefined }>): PaymentIntent {
  const intent = call.tx.get("payment_intent", call.id);
  const given = call.params.client_secret;
  if (intent === undefined) throw noSuch("payment_intent", call.id, "intent");
  if (call.publishable && given === undefined) {
    throw invalidRequest(
      "You must pass the client_secret of the PaymentIntent when you use a publishable key.",
      { code: "parameter_missing", param: "client_secret" },
    );
  }
  if (given !== undefined && given !== intent.client_secret) {
    throw invalidRequest(
      "The client_secret provided does not match the client_secret associated with the " +
        "PaymentIntent.",
      { code: "payment_intent_invalid_parameter", param: "client_secret" },
    );
  }
  return intent;
}

/** The intent with the ways to pay that a request changes. */
function withPaying(intent: PaymentIntent, params: Paying): PaymentIntent {
  return {
    ...intent,
    ...sent(params, "allowed_payment_method_types"),
    payment_method_options: methodOptions(params) ?? intent.payment_method_options,
  };
}

function create({ tx, params }: Call<z.output<typeof createParams>>): object {
  requirePayableAmount(params.amount, requireCurrency(params.currency));
  const customer = params.customer === undefined ? null : requireCustomer(tx, params.customer);
  const method = givenMethod(tx, params);
  if (method !== undefined) checkOwner(customer, method);
  const intent = tx.put("payment_intent", newPaymentIntent(tx, params, customer, method));
  tx.emit("payment_intent.created", intent);
  const done = params.confirm === true ? confirmWith(tx, intent, method, params, false) : intent;
  return expand(tx, done, params.expand);
}

function update(call: Call<z.output<typeof updateParams>>): object {
  const { tx, params } = call;
  const intent = requireIntent({ ...call, params: {} });
  const money = params.amount !== undefined || params.currency !== undefined;
  const method = givenMethod(tx, params);
  const frozen = BEFORE_CONFIRMATION.find((name) => params[name] !== undefined);
  if (frozen !== undefined && !EDITABLE.has(intent.status)) {
    throw unexpectedState(
      `This PaymentIntent's ${frozen} could not be updated because it has a status of ` +
        `${intent.status}. You may only update the ${frozen} of a PaymentIntent with one of the ` +
        `following statuses: ${[...EDITABLE].join(", ")}.`,
      intent,
    );
  }
  const currency =
    params.currency === undefined ? intent.currency : requireCurrency(params.currency);
  const amount = params.amount ?? intent.amount;
  if (money) requirePayableAmount(amount, currency);
  const customer =
    params.customer === undefined ? intent.customer : requireCustomer(tx, params.customer);
  if (method !== undefined) checkOwner(customer, method);
  const methodId = method?.id ?? intent.payment_method;
  const restart = money || method !== undefined;
  const updated = tx.put("payment_intent", {
    ...withPaying(intent, params),
    amount,
    currency,
    customer,
    ...sent(
      params,
      "capture_method",
      "description",
      "receipt_email",
      "setup_future_usage",
      "shipping",
      "statement_descriptor",
      "statement_descriptor_suffix",
      "transfer_group",
    ),
    metadata: changeMetadata(intent.metadata, params.metadata),
    // A challenge for another amount or card would be the wrong one.
    next_action: restart ? null : intent.next_action,
    payment_method: methodId,
    status:
      restart && methodId !== null
        ? "requires_confirmation"
        : restart
          ? "requires_payment_method"
          : intent.status,
  });
  return expand(tx, updated, params.expand);
}

function confirmCall(call: Call<z.output<typeof confirmParams>>): object {
  const { tx, params, publishable } = call;
  const intent = requireIntent(call);
  refuseSellersChoice(params, publishable);
  const method = givenMethod(tx, params);
  const changed: PaymentIntent = {
    ...withPaying(intent, params),
    ...sent(params, "capture_method", "receipt_email", "setup_future_usage", "shipping"),
  };
  const confirmed = confirmWith(tx, changed, method, params, publishable);
  return visibleTo(expand(tx, confirmed, params.expand), publishable);
}

function captureCall(call: Call<z.output<typeof captureParams>>): object {
  const { tx, params } = call;
  const before = requireIntent({ ...call, params: {} });
  if (before.status !== "requires_capture") {
    throw unexpectedState(
      `This PaymentIntent could not be captured because it has a status of ${before.status}. ` +
        "Only a PaymentIntent with one of the following statuses may be captured: " +
        "requires_capture.",
      before,
    );
  }
  const amount = params.amount_to_capture ?? before.amount_capturable;
  if (amount > before.amount_capturable) {
    throw invalidRequest(
      "The provided `amount_to_capture` is greater than the capturable amount of " +
        `${formatAmount(before.amount_capturable, before.currency)}.`,
      { code: "amount_too_large", param: "amount_to_capture" },
    );
  }
  const intent = { ...before, metadata: changeMetadata(before.metadata, params.metadata) };
  return expand(tx, capture(tx, intent, amount), params.expand);
}

/** Everything under `/v1/payment_intents`. */
export const paymentIntentEndpoints: readonly Endpoint[] = [
  endpoint({ method: "POST", path: "/v1/payment_intents", params: createParams, run: create }),
  endpoint({
    method: "GET",
    path: "/v1/payment_intents/:id",
    keys: "publishable",
    params: z.strictObject({ ...expandable, client_secret: word.optional() }),
    run: (call) => {
      const found = expand(call.tx, requireIntent(call), call.params.expand);
      return visibleTo(found, call.publishable);
    },
  }),
  endpoint({ method: "POST", path: "/v1/payment_intents/:id", params: updateParams, run: update }),
  endpoint({
    method: "POST",
    path: "/v1/payment_intents/:id/confirm",
    keys: "publishable",
    params: confirmParams,
    run: confirmCall,
  }),
  endpoint({
    method: "POST",
    path: "/v1/payment_intents/:id/capture",
    params: captureParams,
    run: captureCall,
  }),
  endpoint({
    method: "POST",
    path: "/v1/payment_intents/:id/cancel",
    params: z.strictObject({
      ...expandable,
      cancellation_reason: z
        .enum(["abandoned", "duplicate", "fraudulent", "requested_by_customer"])
        .optional(),
    }),
    run: (call) => {
      const { tx, params } = call;
      const intent = requireIntent({ ...call, params: {} });
      const canceled = cancel(tx, intent, params.cancellation_reason ?? null);
      return expand(tx, canceled, params.expand);
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/payment_intents/search",
    params: z.strictObject({ ...expandable, limit: positiveInteger.optional(), query: word }),
    run: ({ tx, params }) => {
      const rows = tx.newestFirst("payment_intent");
      const until = tx.now - tx.world.searchLagSeconds();
      return expand(
        tx,
        searchPage("/v1/payment_intents/search", rows, params, until),
        params.expand,
      );
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/payment_intents",
    params: z.strictObject({ ...page, customer: word.optional() }),
    run: ({ tx, params }) => {
      const rows = matching(tx.newestFirst("payment_intent"), params, "customer");
      return expand(tx, listPage("/v1/payment_intents", rows, params), params.expand);
    },
  }),
];
