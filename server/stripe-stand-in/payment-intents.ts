import { z } from "zod";
import { requireCustomer } from "./customers.ts";
import { type Call, type Endpoint, endpoint } from "./endpoint.ts";
import { invalidRequest, noSuch, unexpectedState } from "./errors.ts";
import { expand } from "./expand.ts";
import {
  changeMetadata,
  expandable,
  flag,
  list,
  metadata,
  page,
  positiveInteger,
  sent,
  shipping,
  text,
  word,
} from "./fields.ts";
import { newId, randomWord } from "./ids.ts";
import { listPage, matching, searchPage } from "./lists.ts";
import {
  amountMin,
  formatAmount,
  requireAmountWithinMax,
  requireCurrency,
  requireWholeSteps,
} from "./money.ts";
import { cancel, capture, confirm } from "./payment-flow.ts";
import { checkOwner, givenMethod, paymentMethodData } from "./payment-methods.ts";
import type { Transaction } from "./transaction.ts";
import type { PaymentIntent, PaymentMethod } from "./types.ts";

const EDITABLE: ReadonlySet<string> = new Set([
  "requires_payment_method",
  "requires_confirmation",
  "requires_action",
]);

/** What a browser may not decide when it confirms. */
const SELLERS_CHOICE = [
  "allowed_payment_method_types",
  "capture_method",
  "error_on_requires_action",
  "off_session",
  "payment_method_options",
] as const;

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

/** What a browser may see of a payment intent: nothing that is the seller's business alone. */
const PUBLIC_FIELDS: ReadonlySet<string> = new Set([
  "id",
  "object",
  "amount",
  "amount_details",
  "automatic_payment_methods",
  "canceled_at",
  "cancellation_reason",
  "capture_method",
  "client_secret",
  "confirmation_method",
  "created",
  "currency",
  "description",
  "last_payment_error",
  "livemode",
  "next_action",
  "payment_method",
  "payment_method_configuration_details",
  "payment_method_types",
  "processing",
  "receipt_email",
  "setup_future_usage",
  "shipping",
  "source",
  "status",
]);

const allowedTypes = list(word).refine((types) => types.includes("card"), {
  message: "The stand-in knows only cards, so allowed_payment_method_types must contain card.",
});
const futureUsage = z
  .enum(["", "off_session", "on_session"])
  .transform((value) => (value === "" ? null : value));

const describing = {
  description: text.optional(),
  metadata: metadata.optional(),
  receipt_email: text.optional(),
  setup_future_usage: futureUsage.optional(),
  shipping: shipping.optional(),
  statement_descriptor: text.optional(),
  statement_descriptor_suffix: text.optional(),
  transfer_group: text.optional(),
};

const paying = {
  allowed_payment_method_types: allowedTypes.optional(),
  payment_method: word.optional(),
  payment_method_data: z.strictObject(paymentMethodData).optional(),
  payment_method_options: z
    .strictObject({
      card: z
        .strictObject({ request_three_d_secure: z.enum(["any", "automatic", "challenge"]) })
        .optional(),
    })
    .optional(),
};

const confirming = {
  error_on_requires_action: flag.optional(),
  off_session: flag.optional(),
  return_url: word
    .refine((value) => URL.canParse(value), {
      message: "Not a valid URL",
      params: { code: "url_invalid" },
    })
    .optional(),
  use_stripe_sdk: flag.optional(),
};

const captureMethod = z.enum(["automatic", "automatic_async", "manual"]);

const createParams = z.strictObject({
  ...expandable,
  ...describing,
  ...paying,
  ...confirming,
  amount: positiveInteger,
  automatic_payment_methods: z
    .strictObject({ allow_redirects: z.enum(["always", "never"]).optional(), enabled: flag })
    .optional(),
  capture_method: captureMethod.optional(),
  confirm: flag.optional(),
  confirmation_method: z.enum(["automatic", "manual"]).optional(),
  currency: word,
  customer: word.optional(),
});

const updateParams = z.strictObject({
  ...expandable,
  ...describing,
  ...paying,
  amount: positiveInteger.optional(),
  capture_method: captureMethod.optional(),
  currency: word.optional(),
  customer: word.optional(),
});

const confirmParams = z.strictObject({
  ...expandable,
  ...paying,
  ...confirming,
  capture_method: captureMethod.optional(),
  client_secret: word.optional(),
  expected_payment_method_type: z.enum(["card"]).optional(),
  receipt_email: text.optional(),
  setup_future_usage: futureUsage.optional(),
  shipping: shipping.optional(),
});

type Paying = Pick<z.output<typeof confirmParams>, keyof typeof paying>;
type Confirming = Pick<z.output<typeof confirmParams>, keyof typeof confirming>;

/** The payment intent as this caller may see it, in a reply or in an error. */
export function visibleTo(intent: object, publishable: boolean): object {
  if (!publishable) return intent;
  return Object.fromEntries(Object.entries(intent).filter(([key]) => PUBLIC_FIELDS.has(key)));
}

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

function checkAmount(amount: number, currency: string): void {
  const min = amountMin(currency);
  if (amount < min) {
    throw invalidRequest(`Amount must be at least ${formatAmount(min, currency)} ${currency}`, {
      code: "amount_too_small",
      param: "amount",
    });
  }
  requireWholeSteps(amount, currency);
  requireAmountWithinMax(amount, currency);
}

function methodOptions(params: Paying): PaymentIntent["payment_method_options"] | undefined {
  const card = params.payment_method_options?.card;
  return card && { card: { installments: null, mandate_options: null, network: null, ...card } };
}

/** The intent with the ways to pay that a request changes. */
function withPaying(intent: PaymentIntent, params: Paying): PaymentIntent {
  return {
    ...intent,
    ...sent(params, "allowed_payment_method_types"),
    payment_method_options: methodOptions(params) ?? intent.payment_method_options,
  };
}

/** Confirms with the method given now or before, if the status allows it. */
function confirmWith(
  tx: Transaction,
  intent: PaymentIntent,
  given: PaymentMethod | undefined,
  params: Confirming,
  publishable: boolean,
): PaymentIntent {
  if (intent.status === "succeeded") {
    throw unexpectedState(
      "You cannot confirm this PaymentIntent because it has already succeeded after being " +
        "previously confirmed.",
      intent,
    );
  }
  if (!EDITABLE.has(intent.status)) {
    throw unexpectedState(
      `You cannot confirm this PaymentIntent because it has a status of ${intent.status}.`,
      intent,
    );
  }
  const method =
    given ??
    (intent.payment_method === null ? undefined : tx.get("payment_method", intent.payment_method));
  if (method === undefined) {
    throw unexpectedState(
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can " +
        "either update the PaymentIntent with a payment method and then confirm it again, or " +
        "confirm it again directly with a payment method.",
      intent,
    );
  }
  const mayRedirect = intent.automatic_payment_methods?.allow_redirects === "always";
  if (mayRedirect && params.return_url === undefined && !publishable && !params.use_stripe_sdk) {
    throw invalidRequest(
      "This PaymentIntent is configured to accept payment methods that might redirect your " +
        "customer off of your page: you must provide a `return_url`. If you don't want to accept " +
        "redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and " +
        "`automatic_payment_methods[allow_redirects]` to `never` when creating the PaymentIntent.",
      { param: "return_url" },
    );
  }
  checkOwner(intent.customer, method);
  return confirm(tx, intent, {
    method,
    errorOnRequiresAction: params.error_on_requires_action ?? false,
    offSession: params.off_session ?? false,
    returnUrl: params.return_url ?? null,
  });
}

function create({ tx, params }: Call<z.output<typeof createParams>>): object {
  const currency = requireCurrency(params.currency);
  checkAmount(params.amount, currency);
  const customer = params.customer === undefined ? null : requireCustomer(tx, params.customer);
  const method = givenMethod(tx, params);
  if (method !== undefined) checkOwner(customer, method);
  const automatic =
    params.automatic_payment_methods?.enabled ?? !params.allowed_payment_method_types;
  const id = newId("pi");
  const intent = tx.put("payment_intent", {
    id,
    object: "payment_intent",
    allowed_payment_method_types: params.allowed_payment_method_types ?? null,
    amount: params.amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: automatic
      ? {
          allow_redirects: params.automatic_payment_methods?.allow_redirects ?? "always",
          enabled: true,
        }
      : null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: params.capture_method ?? "automatic_async",
    client_secret: `${id}_secret_${randomWord(25)}`,
    confirmation_method: params.confirmation_method ?? "automatic",
    created: tx.now,
    currency,
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
  });
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
  if (money) checkAmount(amount, currency);
  const methodId = method?.id ?? intent.payment_method;
  const restart = money || method !== undefined;
  const updated = tx.put("payment_intent", {
    ...withPaying(intent, params),
    amount,
    currency,
    customer:
      params.customer === undefined ? intent.customer : requireCustomer(tx, params.customer),
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
  const refused = SELLERS_CHOICE.find((name) => publishable && params[name] !== undefined);
  if (refused !== undefined) {
    throw invalidRequest(`The ${refused} parameter cannot be used with a publishable API key.`, {
      param: refused,
    });
  }
  const method = givenMethod(tx, params);
  const changed: PaymentIntent = {
    ...withPaying(intent, params),
    ...sent(params, "capture_method", "receipt_email", "setup_future_usage", "shipping"),
  };
  const confirmed = confirmWith(tx, changed, method, params, publishable);
  return visibleTo(expand(tx, confirmed, params.expand), publishable);
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
    params: z.strictObject({
      ...expandable,
      amount_to_capture: positiveInteger.optional(),
      metadata: metadata.optional(),
    }),
    run: (call) => {
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
    },
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
