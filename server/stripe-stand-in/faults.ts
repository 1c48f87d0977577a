import { StripeApiError } from "./errors.ts";

/** Every call fails with this status; after `calls` calls the outage is over by itself. */
export interface Outage {
  status: 429 | 500 | 503;
  calls?: number | undefined;
}

/** What is wrong with the API at the moment. Webhooks have their own `DeliveryControls`. */
export class Faults {
  outage: Outage | null = null;
  /** How many of the next calls are carried out without their answer reaching the caller. */
  loseReplies = 0;
  /** How many calls have arrived and are not answered yet. */
  underWay = 0;
  /** How many of the next calls are carried out without being answered, while the caller goes on waiting. */
  holdReplies = 0;
  /** How many of the next calls wait before they are carried out, until they are let go. */
  holdCalls = 0;
  /** How old a payment intent must be to be found by a search. */
  searchLagSeconds = 0;
  /** How long each call takes before it is carried out. */
  slowMs = 0;
  /** How long confirmed payments stay `processing`; null: they do not. */
  processingMs: number | null = null;
  #letGo = Promise.withResolvers<void>();

  /** Refuses the call while there is an outage. */
  check(): void {
    if (this.outage === null) return;
    const { status, calls } = this.outage;
    if (calls !== undefined) this.outage = calls > 1 ? { status, calls: calls - 1 } : null;
    if (status === 429) {
      throw new StripeApiError(429, {
        type: "invalid_request_error",
        code: "rate_limit",
        message: "Request rate limit exceeded (the stand-in was told to refuse this call).",
      });
    }
    throw new StripeApiError(status, {
      type: "api_error",
      message: "Something went wrong on Stripe's end (the stand-in was told to fail this call).",
    });
  }

  /** Waits as long as this call is to be held, if it is. */
  async waitIfHeld(): Promise<void> {
    if (this.holdCalls === 0) return;
    this.holdCalls -= 1;
    await this.#letGo.promise;
  }

  /** Has the calls that are held carried out. */
  letCallsGo(): void {
    this.holdCalls = 0;
    this.#letGo.resolve();
    this.#letGo = Promise.withResolvers<void>();
  }

  /** Whether the answer to this call is to be kept back for good. */
  takeHeldReply(): boolean {
    if (this.holdReplies === 0) return false;
    this.holdReplies -= 1;
    return true;
  }

  /** Whether the answer to this call is to be lost. */
  takeLostReply(): boolean {
    if (this.loseReplies === 0) return false;
    this.loseReplies -= 1;
    return true;
  }
}
