import { z } from "zod";
import {
  type LastMinuteLiveError,
  PaymentActionRequiredError,
  PaymentDeclinedError,
  UnavailableError,
  UnknownError,
  UsageError,
} from "./errors.ts";
import {
  type CallOptions,
  failureOf,
  type HttpAnswer,
  jsonOf,
  type Transport,
  unexpected,
} from "./transport.ts";

/** Cards that Stripe documents for test mode, and what happens to them. */
export const TEST_CARDS = {
  /** Accepted. */
  visa: "pm_card_visa",
  /** Accepted. */
  mastercard: "pm_card_mastercard",
  /** Accepted. */
  amex: "pm_card_amex",
  /** Accepted, and the money can be paid out at once. */
  availableAtOnce: "pm_card_bypassPending",
  /** Declined without a reason. */
  declined: "pm_card_visa_chargeDeclined",
  /** Declined: `insufficient_funds`. */
  insufficientFunds: "pm_card_visa_chargeDeclinedInsufficientFunds",
  /** Declined: `lost_card`. */
  lostCard: "pm_card_visa_chargeDeclinedLostCard",
  /** Declined: `expired_card`. */
  expiredCard: "pm_card_chargeDeclinedExpiredCard",
  /** Declined: `incorrect_cvc`. */
  incorrectCvc: "pm_card_chargeDeclinedIncorrectCvc",
  /** The bank wants to see the buyer first. */
  authenticationRequired: "pm_card_authenticationRequired",
} as const;

/** The name of one of {@link TEST_CARDS}. */
export type TestCardName = keyof typeof TEST_CARDS;

/**
 * With what to pay: the saved card that `choosePayment` has named, the id of a Stripe payment method that Stripe.js made from what the buyer typed
 * (card numbers never come near this client), or, in test mode, a test card.
 */
export type PaymentMethod =
  | {
      readonly paymentMethod: string;
      readonly testCard?: undefined;
      readonly savedCard?: undefined;
    }
  | {
      readonly testCard: TestCardName;
      readonly paymentMethod?: undefined;
      readonly savedCard?: undefined;
    }
  | { readonly savedCard: true; readonly testCard?: undefined; readonly paymentMethod?: undefined };

const paymentsConfig = z.object({
  publishableKey: z.string().min(1),
  // Null: Stripe itself, and not its stand-in.
  apiBase: z
    .url()
    .nullable()
    .transform((base) => base ?? "https://api.stripe.com"),
  testMode: z.boolean(),
});

/** What a client must know to pay, from `GET /payments/config`. */
export type PaymentsConfig = z.output<typeof paymentsConfig>;

/** Reads the answer of `GET /payments/config`. */
export function readPaymentsConfig(answer: HttpAnswer): PaymentsConfig {
  const failure = failureOf(answer);
  if (failure !== null) throw failure;
  const parsed = paymentsConfig.safeParse(jsonOf(answer));
  if (parsed.success) return parsed.data;
  throw unexpected("The server does not say how to pay.", answer, parsed.error);
}

/**
 * The id of Stripe's payment method; undefined for a saved card, which Stripe knows already. Throws a
 * {@link UsageError} for a test card in live mode.
 */
export function paymentMethodId(
  method: PaymentMethod,
  { testMode }: PaymentsConfig,
): string | undefined {
  if (method.savedCard === true) return undefined;
  if (method.testCard === undefined) return method.paymentMethod;
  if (testMode) return TEST_CARDS[method.testCard];
  throw new UsageError("A test card pays for nothing in live mode.", { code: "USAGE" });
}

const intent = z.object({
  status: z.string(),
  next_action: z.object({ redirect_to_url: z.object({ url: z.string() }).nullish() }).nullish(),
});

const refusal = z.object({
  error: z.object({
    type: z.string(),
    message: z.string().nullish(),
    code: z.string().nullish(),
    decline_code: z.string().nullish(),
    payment_intent: intent.nullish(),
  }),
});

/** What a payment is confirmed with. */
export interface Confirmation {
  readonly config: PaymentsConfig;
  /** `pi_...`. */
  readonly intentId: string;
  /** `pi_..._secret_...`: the right to pay this, and nothing else. */
  readonly clientSecret: string;
  /** `pm_...`; absent: what Stripe has been told before. */
  readonly paymentMethodId: string | undefined;
  /** Where the bank's page sends the buyer back to. */
  readonly returnUrl?: string | undefined;
}

/**
 * Confirms a payment at Stripe as Stripe.js does: with the publishable key and the client secret,
 * past our server, which never hears of the card. Repeated attempts carry one idempotency key.
 */
export async function confirmPayment(
  transport: Transport,
  { config, intentId, clientSecret, paymentMethodId: method, returnUrl }: Confirmation,
  options: CallOptions,
): Promise<void> {
  const form = new URLSearchParams({ client_secret: clientSecret });
  if (method !== undefined) form.set("payment_method", method);
  if (returnUrl !== undefined) form.set("return_url", returnUrl);
  await transport.send(
    {
      url: `${config.apiBase.replace(/\/$/, "")}/v1/payment_intents/${intentId}/confirm`,
      method: "POST",
      headers: {
        authorization: `Bearer ${config.publishableKey}`,
        "content-type": "application/x-www-form-urlencoded",
        "idempotency-key": crypto.randomUUID(),
      },
      body: form.toString(),
      repeatable: true,
      read: readConfirmation,
    },
    options,
  );
}

/** Returns when Stripe has taken the payment, or will; throws what keeps it from that. */
function readConfirmation(answer: HttpAnswer): void {
  const json = jsonOf(answer);
  if (answer.status === 200) {
    const { success, data } = intent.safeParse(json);
    if (!success) throw unexpected("Stripe's answer is no payment intent.", answer);
    if (data.status === "requires_action") throw actionRequired(data);
    return;
  }
  const { error } = refusal.safeParse(json).data ?? {};
  // Paid before: a repeated click, or an attempt whose answer was lost.
  const status = error?.payment_intent?.status;
  if (status === "succeeded" || status === "processing") return;
  throw refusalError(answer, error);
}

function refusalError(
  { status, requestId }: HttpAnswer,
  error: z.output<typeof refusal>["error"] | undefined,
): LastMinuteLiveError {
  const details = { status, requestId, detail: error?.code };
  if (error?.type === "card_error") {
    const code = error.decline_code ?? error.code ?? "generic_decline";
    return new PaymentDeclinedError(error.message ?? "The card was declined.", code, {
      ...details,
      hint: "Pay with another card.",
    });
  }
  const message = error?.message ?? `Stripe refused (HTTP ${status}).`;
  // Stripe asks to try again: another request was quicker, there were too many, or it failed.
  if (status === 409 || status === 429 || status >= 500) {
    return new UnavailableError(message, { ...details, code: "UNAVAILABLE" });
  }
  return new UnknownError(message, { ...details, code: "UNKNOWN" });
}

function actionRequired({ next_action: action }: z.output<typeof intent>): LastMinuteLiveError {
  return new PaymentActionRequiredError(
    "The bank wants to see the buyer first.",
    action?.redirect_to_url?.url ?? null,
  );
}
