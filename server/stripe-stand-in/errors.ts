/** The `error` object of a Stripe reply. */
export interface StripeErrorBody {
  type: "api_error" | "card_error" | "idempotency_error" | "invalid_request_error";
  message: string;
  charge?: string;
  code?: string;
  decline_code?: string;
  doc_url?: string;
  param?: string;
  payment_intent?: object;
  payment_method?: object;
  setup_intent?: object;
}

/** A refusal that reaches the caller in Stripe's form. */
export class StripeApiError extends Error {
  readonly status: number;
  readonly body: StripeErrorBody;
  /** A declined card is an error for the caller, yet the failed charge and its events remain. */
  readonly keepChanges: boolean;

  constructor(status: number, body: StripeErrorBody, keepChanges = false) {
    super(body.message);
    this.name = "StripeApiError";
    this.status = status;
    this.body =
      body.code === undefined
        ? body
        : {
            ...body,
            doc_url: `https://docs.stripe.com/error-codes/${body.code.replaceAll("_", "-")}`,
          };
    this.keepChanges = keepChanges;
  }
}

/** 400: the request cannot be done as it stands. */
export function invalidRequest(
  message: string,
  rest: { code?: string; param?: string; payment_intent?: object; charge?: string } = {},
): StripeApiError {
  return new StripeApiError(400, { type: "invalid_request_error", message, ...rest });
}

/** 404: Stripe's words for an object that does not exist. */
export function noSuch(kind: string, id: string, param: string): StripeApiError {
  return new StripeApiError(404, {
    type: "invalid_request_error",
    code: "resource_missing",
    message: `No such ${kind}: '${id}'`,
    param,
  });
}

/** 401: no key, or not one of ours. */
export function unauthorized(message: string, code?: string): StripeApiError {
  return new StripeApiError(401, {
    type: "invalid_request_error",
    message,
    ...(code === undefined ? {} : { code }),
  });
}

/** 400: the payment intent's status does not allow the call. */
export function unexpectedState(message: string, intent: object): StripeApiError {
  return invalidRequest(message, {
    code: "payment_intent_unexpected_state",
    payment_intent: intent,
  });
}
