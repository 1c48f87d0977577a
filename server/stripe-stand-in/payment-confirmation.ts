import { invalidRequest, unexpectedState } from "./errors.ts";
import { confirm } from "./payment-flow.ts";
import type { Confirming } from "./payment-intent-params.ts";
import { checkOwner } from "./payment-methods.ts";
import type { Transaction } from "./transaction.ts";
import type { PaymentIntent, PaymentMethod } from "./types.ts";

/** The statuses of a payment intent with which nothing has been paid. */
export const EDITABLE: ReadonlySet<string> = new Set([
  "requires_payment_method",
  "requires_confirmation",
  "requires_action",
]);

function requireConfirmable(intent: PaymentIntent): void {
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
}

function methodToCharge(
  tx: Transaction,
  intent: PaymentIntent,
  given: PaymentMethod | undefined,
): PaymentMethod {
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
  return method;
}

/** A browser says by itself where it is; a server has to say where the buyer shall come back to. */
function requireReturnUrl(intent: PaymentIntent, params: Confirming): void {
  const mayRedirect = intent.automatic_payment_methods?.allow_redirects === "always";
  if (mayRedirect && params.return_url === undefined && !params.use_stripe_sdk) {
    throw invalidRequest(
      "This PaymentIntent is configured to accept payment methods that might redirect your " +
        "customer off of your page: you must provide a `return_url`. If you don't want to accept " +
        "redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and " +
        "`automatic_payment_methods[allow_redirects]` to `never` when creating the PaymentIntent.",
      { param: "return_url" },
    );
  }
}

/** Confirms with the method given now or before, if the status allows it. */
export function confirmWith(
  tx: Transaction,
  intent: PaymentIntent,
  given: PaymentMethod | undefined,
  params: Confirming,
  publishable: boolean,
): PaymentIntent {
  requireConfirmable(intent);
  const method = methodToCharge(tx, intent, given);
  if (!publishable) requireReturnUrl(intent, params);
  checkOwner(intent.customer, method);
  return confirm(tx, intent, {
    method,
    errorOnRequiresAction: params.error_on_requires_action ?? false,
    offSession: params.off_session ?? false,
    returnUrl: params.return_url ?? null,
  });
}
