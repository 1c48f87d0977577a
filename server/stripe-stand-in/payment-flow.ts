import { bookCharge } from "./balance.ts";
import { AUTHORIZATION_SECONDS, createCharge, requireCharge } from "./charges.ts";
import { awaitsAnswer, openChallenge } from "./challenges.ts";
import { StripeApiError, unexpectedState } from "./errors.ts";
import { attach, isSetUp, markSetUp, markSpent, testCardBehind } from "./payment-methods.ts";
import { releaseAuthorization, withRefunded } from "./refunds.ts";
import type { TestCard } from "./test-cards.ts";
import type { Transaction } from "./transaction.ts";
import type { Charge, PaymentIntent, PaymentMethod } from "./types.ts";

/** How a payment is to be confirmed. */
export interface Confirmation {
  method: PaymentMethod;
  /** The buyer is absent, so nobody could answer a 3-D Secure challenge. */
  offSession: boolean;
  errorOnRequiresAction: boolean;
  returnUrl: string | null;
}

const CANCELABLE = new Set([
  "requires_payment_method",
  "requires_capture",
  "requires_confirmation",
  "requires_action",
  "processing",
]);

function requireMethod(tx: Transaction, intent: PaymentIntent): PaymentMethod {
  const method =
    intent.payment_method === null ? undefined : tx.get("payment_method", intent.payment_method);
  if (method === undefined) throw new Error(`${intent.id} has no payment method`);
  return method;
}

/** Puts an attempt's failure on the payment intent, which then waits for another method. */
function fail(
  tx: Transaction,
  intent: PaymentIntent,
  error: NonNullable<PaymentIntent["last_payment_error"]>,
  latestCharge: string | null,
): PaymentIntent {
  const failed = tx.put("payment_intent", {
    ...intent,
    last_payment_error: error,
    latest_charge: latestCharge,
    next_action: null,
    payment_method: null,
    processing: null,
    status: "requires_payment_method",
  });
  tx.emit("payment_intent.payment_failed", failed);
  return failed;
}

/** The error that the caller sees: the one on the intent, with the intent itself. */
function cardError(intent: PaymentIntent): StripeApiError {
  const last = intent.last_payment_error;
  return new StripeApiError(
    402,
    {
      type: "card_error",
      message: last?.message ?? "Your card was declined.",
      payment_intent: intent,
      ...(last?.charge === undefined ? {} : { charge: last.charge }),
      ...(last?.code === undefined ? {} : { code: last.code }),
      ...(last?.decline_code === undefined ? {} : { decline_code: last.decline_code }),
      ...(last?.payment_method === undefined ? {} : { payment_method: last.payment_method }),
    },
    true,
  );
}

function decline(
  tx: Transaction,
  intent: PaymentIntent,
  method: PaymentMethod,
  card: TestCard,
  charge: Charge,
): PaymentIntent {
  tx.emit("charge.failed", charge);
  const refusal = card.decline;
  return fail(
    tx,
    intent,
    {
      charge: charge.id,
      message: refusal?.message ?? "Your card was declined.",
      payment_method: method,
      type: "card_error",
      ...(refusal === null ? {} : { code: refusal.code }),
      ...(refusal?.declineCode == null ? {} : { decline_code: refusal.declineCode }),
    },
    charge.id,
  );
}

/** Books a captured charge and closes its payment intent. */
function succeed(tx: Transaction, intent: PaymentIntent, charge: Charge): PaymentIntent {
  const succeeded = tx.put("payment_intent", {
    ...intent,
    amount_capturable: 0,
    amount_received: charge.amount_captured,
    latest_charge: charge.id,
    next_action: null,
    processing: null,
    status: "succeeded",
  });
  tx.emit("payment_intent.succeeded", succeeded);
  return succeeded;
}

function withMoney(tx: Transaction, charge: Charge, card: TestCard): Charge {
  const booked = bookCharge(
    tx,
    {
      amount: charge.amount_captured,
      currency: charge.currency,
      description: charge.description,
      source: charge.id,
    },
    card.availableAtOnce,
  );
  // A buyer who disputes does so after the payment.
  if (card.dispute !== null) {
    tx.schedule(0, { kind: "open_dispute", target: charge.id, outcome: "by_card" });
  }
  return { ...charge, balance_transaction: booked.id };
}

/** A method is saved with its customer when that was asked for; else it was good for one payment. */
function keepMethod(tx: Transaction, intent: PaymentIntent, method: PaymentMethod): void {
  if (intent.setup_future_usage !== null) {
    markSetUp(tx, method);
    if (intent.customer !== null) attach(tx, method, intent.customer);
  } else if (method.customer === null) {
    markSpent(tx, method);
  }
}

/** Asks the bank. What it says is on the intent that comes back. */
function chargeCard(
  tx: Transaction,
  intent: PaymentIntent,
  method: PaymentMethod,
  authenticated: boolean,
): PaymentIntent {
  const card = testCardBehind(tx, method.id);
  const charge = createCharge(tx, intent, method, card, authenticated);
  if (card.decline !== null) return decline(tx, intent, method, card, charge);
  keepMethod(tx, intent, method);
  if (intent.capture_method === "manual") {
    tx.emit("charge.succeeded", charge);
    const held = tx.put("payment_intent", {
      ...intent,
      amount_capturable: charge.amount,
      latest_charge: charge.id,
      next_action: null,
      processing: null,
      status: "requires_capture",
    });
    tx.emit("payment_intent.amount_capturable_updated", held);
    tx.schedule(AUTHORIZATION_SECONDS * 1000, {
      kind: "expire_authorization",
      target: intent.id,
      outcome: "by_card",
    });
    return held;
  }
  const captured: Charge = { ...charge, amount_captured: charge.amount, captured: true };
  if (intent.capture_method === "automatic") {
    tx.emit("charge.succeeded", tx.put("charge", withMoney(tx, captured, card)));
    return succeed(tx, intent, captured);
  }
  // With `automatic_async` the money is booked a moment after the news of success.
  tx.emit("charge.succeeded", captured);
  const succeeded = succeed(tx, intent, captured);
  tx.emit("charge.updated", tx.put("charge", withMoney(tx, captured, card)), captured);
  return succeeded;
}

/** Charges now, or leaves the payment in `processing` for as long as a test asked for. */
function attempt(
  tx: Transaction,
  intent: PaymentIntent,
  method: PaymentMethod,
  authenticated: boolean,
): PaymentIntent {
  const processingMs = tx.world.processingMs();
  if (processingMs === null) return chargeCard(tx, intent, method, authenticated);
  const processing = tx.put("payment_intent", {
    ...intent,
    next_action: null,
    processing: { type: "card" },
    status: "processing",
  });
  tx.emit("payment_intent.processing", processing);
  if (Number.isFinite(processingMs)) {
    tx.schedule(processingMs, {
      kind: "settle_payment",
      target: intent.id,
      outcome: "by_card",
    });
  }
  return processing;
}

function challenge(
  tx: Transaction,
  intent: PaymentIntent,
  returnUrl: string | null,
): PaymentIntent {
  const challenged = openChallenge(tx, { payment_intent: intent.id }, returnUrl);
  const waiting = tx.put("payment_intent", { ...intent, ...challenged });
  tx.emit("payment_intent.requires_action", waiting);
  return waiting;
}

/** Some cards insist on 3-D Secure; with others the seller may ask for it. */
function needsAuthentication(card: TestCard, intent: PaymentIntent): boolean {
  const wish = intent.payment_method_options?.card?.request_three_d_secure ?? "automatic";
  return (
    card.threeDSecure === "required" || (card.threeDSecure === "supported" && wish !== "automatic")
  );
}

/** Confirms a payment; throws Stripe's card error when it is declined, with the changes kept. */
export function confirm(
  tx: Transaction,
  before: PaymentIntent,
  { method, offSession, errorOnRequiresAction, returnUrl }: Confirmation,
): PaymentIntent {
  const intent: PaymentIntent = {
    ...before,
    last_payment_error: null,
    next_action: null,
    payment_method: method.id,
  };
  const card = testCardBehind(tx, method.id);
  const agreed = offSession && card.authenticatedOnce && isSetUp(tx, method.id);
  if (!agreed && needsAuthentication(card, intent)) {
    if (!offSession && !errorOnRequiresAction) return challenge(tx, intent, returnUrl);
    throw cardError(
      fail(
        tx,
        intent,
        {
          code: "authentication_required",
          message: "Your card was declined. This transaction requires authentication.",
          payment_method: method,
          type: "card_error",
          ...(offSession ? { decline_code: "authentication_required" } : {}),
        },
        intent.latest_charge,
      ),
    );
  }
  const attempted = attempt(tx, intent, method, false);
  if (attempted.last_payment_error !== null) throw cardError(attempted);
  return attempted;
}

/** The payment intent whose challenge this token answers, while it still waits for the answer. */
export function awaitingAuthentication(tx: Transaction, token: string): PaymentIntent | undefined {
  const id = tx.get("authentication", token)?.payment_intent;
  const intent = id === undefined ? undefined : tx.get("payment_intent", id);
  return intent !== undefined && awaitsAnswer(intent, token) ? intent : undefined;
}

/** Answers a 3-D Secure challenge. */
export function authenticate(
  tx: Transaction,
  token: string,
  intent: PaymentIntent,
  passed: boolean,
): PaymentIntent {
  tx.remove("authentication", token);
  const method = requireMethod(tx, intent);
  if (passed) return attempt(tx, { ...intent, next_action: null }, method, true);
  return fail(
    tx,
    intent,
    {
      code: "payment_intent_authentication_failure",
      message:
        "The provided PaymentMethod has failed authentication. You can provide " +
        "payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.",
      payment_method: method,
      type: "invalid_request_error",
    },
    intent.latest_charge,
  );
}

/** Ends `processing`: as the card says, or as a test says. Does nothing in any other status. */
export function settlePayment(
  tx: Transaction,
  id: string,
  outcome: "by_card" | "failed" | "succeeded",
): PaymentIntent | undefined {
  const intent = tx.get("payment_intent", id);
  if (intent?.status !== "processing") return intent;
  const method = requireMethod(tx, intent);
  const waiting: PaymentIntent = { ...intent, processing: null };
  if (outcome !== "failed") return chargeCard(tx, waiting, method, false);
  return fail(
    tx,
    waiting,
    {
      code: "payment_intent_payment_attempt_failed",
      message: "The payment failed.",
      payment_method: method,
      type: "invalid_request_error",
    },
    intent.latest_charge,
  );
}

/** Captures what was reserved on the card, wholly or in part; the rest is released. */
export function capture(tx: Transaction, intent: PaymentIntent, amount: number): PaymentIntent {
  const charge = requireCharge(tx, intent.latest_charge);
  const card = testCardBehind(tx, charge.payment_method ?? "");
  const captured = tx.put(
    "charge",
    withMoney(tx, { ...charge, amount_captured: amount, captured: true }, card),
  );
  tx.emit("charge.captured", captured, charge);
  if (amount < charge.amount) releaseAuthorization(tx, captured, charge.amount - amount);
  return succeed(tx, intent, captured);
}

/** Cancels a payment that has not succeeded; what was reserved on the card is released. */
export function cancel(
  tx: Transaction,
  intent: PaymentIntent,
  reason: PaymentIntent["cancellation_reason"],
): PaymentIntent {
  if (!CANCELABLE.has(intent.status)) {
    throw unexpectedState(
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a ` +
        "PaymentIntent with one of the following statuses may be canceled: " +
        `${[...CANCELABLE].join(", ")}.`,
      intent,
    );
  }
  if (intent.status === "requires_capture") {
    const charge = requireCharge(tx, intent.latest_charge);
    releaseAuthorization(tx, charge, charge.amount);
  }
  return end(tx, intent, reason);
}

/** Lets go of what nobody has captured in time. */
export function expireAuthorization(tx: Transaction, id: string): void {
  const intent = tx.get("payment_intent", id);
  if (intent?.status !== "requires_capture") return;
  const charge = requireCharge(tx, intent.latest_charge);
  tx.emit("charge.expired", tx.put("charge", withRefunded(charge, charge.amount)), charge);
  end(tx, intent, "automatic");
}

function end(
  tx: Transaction,
  intent: PaymentIntent,
  reason: PaymentIntent["cancellation_reason"],
): PaymentIntent {
  const canceled = tx.put("payment_intent", {
    ...intent,
    amount_capturable: 0,
    canceled_at: tx.now,
    cancellation_reason: reason,
    next_action: null,
    processing: null,
    status: "canceled",
  });
  tx.emit("payment_intent.canceled", canceled);
  return canceled;
}
