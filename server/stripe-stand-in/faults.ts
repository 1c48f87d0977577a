import { StripeApiError } from "./errors.ts";

/** Calls fail with this status; after `calls` calls the outage is over by itself. */
export interface Outage {
  status: 400 | 402 | 429 | 500 | 503;
  calls?: number | undefined;
  /** Only calls whose path begins so, for example `/v1/transfers`. */
  path?: string | undefined;
  /** Only calls with this method. */
  method?: "DELETE" | "GET" | "POST" | undefined;
  /** The error's code, for example `balance_insufficient`. */
  code?: string | undefined;
  message?: string | undefined;
  /** Sent as `Retry-After`. */
  retryAfterSeconds?: number | undefined;
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
  /** How many of the next calls end in a closed connection without being carried out. */
  dropCalls = 0;
  /** How many of the next calls wait before they are carried out, until they are let go. */
  holdCalls = 0;
  /** How old a payment intent must be to be found by a search. */
  searchLagSeconds = 0;
  /** How long each call takes before it is carried out. */
  slowMs = 0;
  /** How long confirmed payments stay `processing`; null: they do not. */
  processingMs: number | null = null;
  #letGo = Promise.withResolvers<void>();

  /** Refuses the call while there is an outage that it falls under. */
  check(method: string, path: string): void {
    const { outage } = this;
    if (outage === null) return;
    if (outage.path !== undefined && !path.startsWith(outage.path)) return;
    if (outage.method !== undefined && outage.method !== method) return;
    const { calls, status } = outage;
    if (calls !== undefined) this.outage = calls > 1 ? { ...outage, calls: calls - 1 } : null;
    const code = outage.code ?? (status === 429 ? "rate_limit" : undefined);
    throw new StripeApiError(status, {
      type: status >= 500 ? "api_error" : status === 402 ? "card_error" : "invalid_request_error",
      message: outage.message ?? messageOf(status),
      ...(code === undefined ? {} : { code }),
    });
  }

  /** Whether the connection of this call is to be closed before anything is done. */
  takeDroppedCall(): boolean {
    if (this.dropCalls === 0) return false;
    this.dropCalls -= 1;
    return true;
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

function messageOf(status: Outage["status"]): string {
  if (status === 429) {
    return "Request rate limit exceeded (the stand-in was told to refuse this call).";
  }
  return status >= 500
    ? "Something went wrong on Stripe's end (the stand-in was told to fail this call)."
    : "The stand-in was told to refuse this call.";
}
