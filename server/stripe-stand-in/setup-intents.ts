import { z } from "zod";
import { automaticMethods, automaticPaymentMethods } from "./automatic-payment-methods.ts";
import { requireCustomer } from "./customers.ts";
import { awaitsAnswer, openChallenge } from "./challenges.ts";
import { type Call, type Endpoint, endpoint } from "./endpoint.ts";
import { StripeApiError, invalidRequest, noSuch } from "./errors.ts";
import { expand } from "./expand.ts";
import {
  changeMetadata,
  expandable,
  flag,
  list,
  metadata,
  page,
  sent,
  text,
  webAddress,
  word,
} from "./fields.ts";
import { newId, randomWord } from "./ids.ts";
import { listPage, matching } from "./lists.ts";
import {
  attach,
  checkOwner,
  givenMethod,
  markSetUp,
  paymentMethodData,
  testCardBehind,
  usePaymentMethod,
} from "./payment-methods.ts";
import type { Transaction } from "./transaction.ts";
import type { PaymentMethod, SetupIntent } from "./types.ts";

const OPEN: ReadonlySet<string> = new Set([
  "requires_payment_method",
  "requires_confirmation",
  "requires_action",
]);

const describing = {
  customer: word.optional(),
  description: text.optional(),
  metadata: metadata.optional(),
  payment_method: word.optional(),
  payment_method_data: z.strictObject(paymentMethodData).optional(),
  payment_method_types: list(word).optional(),
};

const confirming = {
  return_url: webAddress.optional(),
  use_stripe_sdk: flag.optional(),
};

const createParams = z.strictObject({
  ...expandable,
  ...describing,
  ...confirming,
  automatic_payment_methods: automaticPaymentMethods.optional(),
  confirm: flag.optional(),
  usage: z.enum(["off_session", "on_session"]).optional(),
});

const updateParams = z.strictObject({ ...expandable, ...describing });

const confirmParams = z.strictObject({
  ...expandable,
  ...confirming,
  client_secret: word.optional(),
  payment_method: describing.payment_method,
  payment_method_data: describing.payment_method_data,
});

function requireIntent(call: Call<{ client_secret?: string | undefined }>): SetupIntent {
  const intent = call.tx.get("setup_intent", call.id);
  const given = call.params.client_secret;
  if (intent === undefined) throw noSuch("setupintent", call.id, "intent");
  if ((call.publishable || given !== undefined) && given !== intent.client_secret) {
    throw invalidRequest(
      "The client_secret provided does not match the client_secret associated with the SetupIntent.",
      { code: "setup_intent_invalid_parameter", param: "client_secret" },
    );
  }
  return intent;
}

function unexpectedState(verb: string, { status }: SetupIntent): StripeApiError {
  return invalidRequest(
    `You cannot ${verb} this SetupIntent because it has a status of ${status}.`,
    { code: "setup_intent_unexpected_state" },
  );
}

/** Saves the method for the customer: from now on it may be charged without the buyer. */
function succeed(tx: Transaction, intent: SetupIntent, method: PaymentMethod): SetupIntent {
  const ready = markSetUp(tx, method);
  if (intent.customer !== null) attach(tx, ready, intent.customer);
  const succeeded = tx.put("setup_intent", { ...intent, next_action: null, status: "succeeded" });
  tx.emit("setup_intent.succeeded", succeeded);
  return succeeded;
}

function fail(
  tx: Transaction,
  intent: SetupIntent,
  error: NonNullable<SetupIntent["last_setup_error"]>,
): SetupIntent {
  const failed = tx.put("setup_intent", {
    ...intent,
    last_setup_error: error,
    next_action: null,
    payment_method: null,
    status: "requires_payment_method",
  });
  tx.emit("setup_intent.setup_failed", failed);
  return failed;
}

/** Asks the card's bank, which may want to hear from the buyer first. */
function setUp(
  tx: Transaction,
  before: SetupIntent,
  method: PaymentMethod,
  authenticated: boolean,
  returnUrl: string | null,
): SetupIntent {
  const intent: SetupIntent = { ...before, last_setup_error: null, payment_method: method.id };
  const card = testCardBehind(tx, method.id);
  if (card.threeDSecure === "required" && !authenticated) {
    const challenged = openChallenge(tx, { setup_intent: intent.id }, returnUrl);
    const waiting = tx.put("setup_intent", { ...intent, ...challenged });
    tx.emit("setup_intent.requires_action", waiting);
    return waiting;
  }
  if (card.decline === null || card.declinesLater) return succeed(tx, intent, method);
  return fail(tx, intent, {
    code: card.decline.code as "card_declined",
    ...(card.decline.declineCode === null ? {} : { decline_code: card.decline.declineCode }),
    message: card.decline.message,
    payment_method: method,
    type: "card_error",
  });
}

function confirmWith(
  tx: Transaction,
  intent: SetupIntent,
  given: PaymentMethod | undefined,
  returnUrl: string | undefined,
): SetupIntent {
  if (!OPEN.has(intent.status)) throw unexpectedState("confirm", intent);
  const method =
    given ??
    (intent.payment_method === null ? undefined : tx.get("payment_method", intent.payment_method));
  if (method === undefined) {
    throw invalidRequest(
      "You cannot confirm this SetupIntent because it's missing a payment method.",
      { code: "setup_intent_unexpected_state" },
    );
  }
  checkOwner(intent.customer, method);
  const after = setUp(tx, intent, method, false, returnUrl ?? null);
  const error = after.last_setup_error;
  if (error === null) return after;
  throw new StripeApiError(
    402,
    {
      type: "card_error",
      message: error.message ?? "Your card was declined.",
      ...(error.code === undefined ? {} : { code: error.code }),
      ...(error.decline_code === undefined ? {} : { decline_code: error.decline_code }),
      setup_intent: after,
    },
    true,
  );
}

/** The setup intent whose challenge this token answers, while it still waits for the answer. */
export function setupAwaitingAuthentication(
  tx: Transaction,
  token: string,
): SetupIntent | undefined {
  const id = tx.get("authentication", token)?.setup_intent;
  const intent = id === undefined ? undefined : tx.get("setup_intent", id);
  return intent !== undefined && awaitsAnswer(intent, token) ? intent : undefined;
}

/** Answers the 3-D Secure challenge of a setup. */
export function authenticateSetup(
  tx: Transaction,
  token: string,
  intent: SetupIntent,
  passed: boolean,
): SetupIntent {
  tx.remove("authentication", token);
  const method = usePaymentMethod(tx, intent.payment_method ?? "", "payment_method");
  if (passed) return setUp(tx, intent, method, true, null);
  return fail(tx, intent, {
    code: "setup_intent_authentication_failure",
    message: "The latest attempt to set up the payment method has failed authentication.",
    payment_method: method,
    type: "invalid_request_error",
  });
}

function create({ tx, params }: Call<z.output<typeof createParams>>): object {
  const customer = params.customer === undefined ? null : requireCustomer(tx, params.customer);
  const method = givenMethod(tx, params);
  if (method !== undefined) checkOwner(customer, method);
  const id = newId("seti");
  const intent = tx.put("setup_intent", {
    id,
    object: "setup_intent",
    allowed_payment_method_types: null,
    application: null,
    automatic_payment_methods: automaticMethods(
      params.automatic_payment_methods,
      params.payment_method_types,
    ),
    cancellation_reason: null,
    client_secret: `${id}_secret_${randomWord(25)}`,
    created: tx.now,
    customer,
    customer_account: null,
    description: params.description ?? null,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: false,
    managed_payments: null,
    mandate: null,
    metadata: changeMetadata({}, params.metadata),
    next_action: null,
    on_behalf_of: null,
    payment_method: method?.id ?? null,
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ["card"],
    single_use_mandate: null,
    status: method === undefined ? "requires_payment_method" : "requires_confirmation",
    usage: params.usage ?? "off_session",
  });
  tx.emit("setup_intent.created", intent);
  const done =
    params.confirm === true ? confirmWith(tx, intent, method, params.return_url) : intent;
  return expand(tx, done, params.expand);
}

function update(call: Call<z.output<typeof updateParams>>): object {
  const { tx, params } = call;
  const before = requireIntent({ ...call, params: {} });
  if (!OPEN.has(before.status)) throw unexpectedState("update", before);
  const customer =
    params.customer === undefined ? before.customer : requireCustomer(tx, params.customer);
  const method = givenMethod(tx, params);
  if (method !== undefined) checkOwner(customer, method);
  const after = tx.put("setup_intent", {
    ...before,
    customer,
    ...sent(params, "description"),
    metadata: changeMetadata(before.metadata, params.metadata),
    ...(method === undefined
      ? {}
      : {
          next_action: null,
          payment_method: method.id,
          status: "requires_confirmation" as const,
        }),
  });
  return expand(tx, after, params.expand);
}

/** Everything under `/v1/setup_intents`. */
export const setupIntentEndpoints: readonly Endpoint[] = [
  endpoint({ method: "POST", path: "/v1/setup_intents", params: createParams, run: create }),
  endpoint({
    method: "GET",
    path: "/v1/setup_intents",
    params: z.strictObject({
      ...page,
      customer: word.optional(),
      payment_method: word.optional(),
    }),
    run: ({ tx, params }) => {
      const rows = matching(tx.newestFirst("setup_intent"), params, "customer", "payment_method");
      return expand(tx, listPage("/v1/setup_intents", rows, params), params.expand);
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/setup_intents/:id",
    keys: "publishable",
    params: z.strictObject({ ...expandable, client_secret: word.optional() }),
    run: (call) => expand(call.tx, requireIntent(call), call.params.expand),
  }),
  endpoint({ method: "POST", path: "/v1/setup_intents/:id", params: updateParams, run: update }),
  endpoint({
    method: "POST",
    path: "/v1/setup_intents/:id/confirm",
    keys: "publishable",
    params: confirmParams,
    run: (call) => {
      const { tx, params } = call;
      const intent = requireIntent(call);
      const after = confirmWith(tx, intent, givenMethod(tx, params), params.return_url);
      return expand(tx, after, params.expand);
    },
  }),
  endpoint({
    method: "POST",
    path: "/v1/setup_intents/:id/cancel",
    params: z.strictObject({
      ...expandable,
      cancellation_reason: z.enum(["abandoned", "duplicate", "requested_by_customer"]).optional(),
    }),
    run: (call) => {
      const { tx, params } = call;
      const before = requireIntent({ ...call, params: {} });
      if (!OPEN.has(before.status)) throw unexpectedState("cancel", before);
      const canceled = tx.put("setup_intent", {
        ...before,
        cancellation_reason: params.cancellation_reason ?? null,
        next_action: null,
        status: "canceled",
      });
      tx.emit("setup_intent.canceled", canceled);
      return expand(tx, canceled, params.expand);
    },
  }),
];
