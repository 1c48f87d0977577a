import { invalidRequest } from "./errors.ts";

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

/** What a browser may not decide when it confirms. */
const SELLERS_CHOICE = [
  "allowed_payment_method_types",
  "capture_method",
  "error_on_requires_action",
  "off_session",
  "payment_method_options",
] as const;

/** The payment intent as this caller may see it, in a reply or in an error. */
export function visibleTo(intent: object, publishable: boolean): object {
  if (!publishable) return intent;
  return Object.fromEntries(Object.entries(intent).filter(([key]) => PUBLIC_FIELDS.has(key)));
}

/** Refuses what only the seller decides, when a browser asks for it. */
export function refuseSellersChoice(
  params: Partial<Record<(typeof SELLERS_CHOICE)[number], unknown>>,
  publishable: boolean,
): void {
  const refused = SELLERS_CHOICE.find((name) => publishable && params[name] !== undefined);
  if (refused === undefined) return;
  throw invalidRequest(`The ${refused} parameter cannot be used with a publishable API key.`, {
    param: refused,
  });
}
