import { z } from "zod";
import {
  type DeliveryControls,
  NORMAL_DELIVERIES,
  type ReleaseOrder,
  type WebhookDeliveries,
} from "./deliveries.ts";
import { noSuch } from "./errors.ts";
import type { Faults, Outage } from "./faults.ts";
import { settlePayment } from "./payment-flow.ts";
import { settleRefund } from "./refunds.ts";
import type { State } from "./state.ts";
import { NO_REQUEST } from "./transaction.ts";

/** What the stand-in is doing at the moment. */
export interface StandInStatus {
  deliveries: DeliveryControls & { outstanding: number; held: number; dropped: number };
  holdCalls: number;
  holdReplies: number;
  loseReplies: number;
  outage: Outage | null;
  processingMs: number | null;
  searchLagSeconds: number;
  slowMs: number;
  /** How many calls have arrived and are not answered yet. */
  underWay: number;
  webhookUrl: string | null;
}

/**
 * Makes the stand-in misbehave on demand. Every method is also a `POST /_stand_in/<name>` with the
 * secret key and the argument as JSON, see `controlCommands`.
 */
export class StandInControl {
  readonly #state: State;
  readonly #deliveries: WebhookDeliveries;
  readonly #faults: Faults;

  constructor(state: State, deliveries: WebhookDeliveries, faults: Faults) {
    this.#state = state;
    this.#deliveries = deliveries;
    this.#faults = faults;
  }

  /** Changes how new events are delivered: duplicates, delay, reorder, drop, hold. */
  deliveries(changes: Partial<DeliveryControls>): void {
    this.#deliveries.controls = { ...this.#deliveries.controls, ...changes };
  }

  /** Sends the events that `deliveries({ hold: true })` kept back, and stops keeping them back. */
  release(order: ReleaseOrder = "created"): void {
    this.#deliveries.release(order);
  }

  /** Sends an event again; without an id, every event that was dropped. */
  redeliver(eventId?: string): void {
    if (eventId !== undefined && this.#state.store.get("event", eventId) === undefined) {
      throw noSuch("event", eventId, "event");
    }
    this.#deliveries.redeliver(eventId);
  }

  /** Sends all events from now on to this address; null stops them. */
  sendWebhooksTo(url: string | null): void {
    this.#deliveries.url = url;
  }

  /** Lets every call fail with 429, 500 or 503, or ends that with null. */
  outage(outage: Outage | null): void {
    this.#faults.outage = outage;
  }

  /** Carries out the next calls, then hangs up instead of answering. */
  loseReplies(calls: number): void {
    this.#faults.loseReplies = calls;
  }

  /** Keeps the next calls from being carried out until `letCallsGo`, whether or not the caller lives that long. */
  holdCalls(calls: number): void {
    this.#faults.holdCalls = calls;
  }

  /** Carries out the calls that `holdCalls` kept, and keeps no more. */
  letCallsGo(): void {
    this.#faults.letCallsGo();
  }

  /** Carries out the next calls, then lets the caller wait for an answer that never comes. */
  holdReplies(calls: number): void {
    this.#faults.holdReplies = calls;
  }

  /** Lets searches find only what is at least this old, as Stripe's index is behind; lists find everything. */
  searchLag(seconds: number): void {
    this.#faults.searchLagSeconds = seconds;
  }

  /** Lets every call take this long before it is carried out. */
  slow(ms: number): void {
    this.#faults.slowMs = ms;
  }

  /**
   * Lets confirmed payments stay `processing` for so many milliseconds, or with `true` until
   * `settlePayment`. `false` ends that.
   */
  processing(how: boolean | number): void {
    this.#faults.processingMs = typeof how === "number" ? how : how ? Infinity : null;
  }

  /** Ends the `processing` of a payment: as its card says, or failed whatever the card says. */
  async settlePayment(
    paymentIntentId: string,
    outcome: "by_card" | "failed" = "by_card",
  ): Promise<void> {
    await this.#state.run(NO_REQUEST, (tx) => {
      if (settlePayment(tx, paymentIntentId, outcome) === undefined) {
        throw noSuch("payment_intent", paymentIntentId, "payment_intent");
      }
    });
  }

  /** Brings a refund to its end; a succeeded one may still be made to fail. */
  async settleRefund(
    refundId: string,
    outcome: "failed" | "succeeded",
    failureReason?: string,
  ): Promise<void> {
    await this.#state.run(NO_REQUEST, (tx) => settleRefund(tx, refundId, outcome, failureReason));
  }

  /** Forgets all idempotency keys, as Stripe may after a day. */
  async forgetIdempotencyKeys(): Promise<void> {
    await this.#state.run(NO_REQUEST, (tx) => {
      for (const { id } of this.#state.store.values("idempotent_reply")) {
        tx.remove("idempotent_reply", id);
      }
    });
  }

  /** Resolves when every event that is not held or dropped has arrived. */
  settled(): Promise<void> {
    return this.#deliveries.settled();
  }

  /** Ends all misbehavior and releases what was held. Objects and events stay. */
  reset(): void {
    this.#faults.outage = null;
    this.#faults.loseReplies = 0;
    this.#faults.holdReplies = 0;
    this.#faults.letCallsGo();
    this.#faults.searchLagSeconds = 0;
    this.#faults.slowMs = 0;
    this.#faults.processingMs = null;
    this.#deliveries.controls = NORMAL_DELIVERIES;
    this.#deliveries.release("created");
  }

  /** What the stand-in is doing at the moment. */
  status(): StandInStatus {
    const faults = this.#faults;
    return {
      deliveries: { ...this.#deliveries.controls, ...this.#deliveries.counts() },
      holdCalls: faults.holdCalls,
      holdReplies: faults.holdReplies,
      loseReplies: faults.loseReplies,
      outage: faults.outage,
      processingMs: faults.processingMs,
      searchLagSeconds: faults.searchLagSeconds,
      slowMs: faults.slowMs,
      underWay: faults.underWay,
      webhookUrl: this.#deliveries.url,
    };
  }
}

/** A command of the control path: reads its JSON and calls the method of the same name. */
export type ControlCommand = (input: unknown) => Promise<void>;

const count = z.int().min(0).max(1_000_000);

function command<S extends z.ZodType>(
  schema: S,
  run: (input: z.output<S>) => Promise<void> | void,
): ControlCommand {
  return async (input) => {
    await run(schema.parse(input));
  };
}

/** Every command of the control path, by its name in the path. */
export function controlCommands(control: StandInControl): ReadonlyMap<string, ControlCommand> {
  return new Map([
    [
      "deliveries",
      command(
        z
          .strictObject({
            delayMs: count,
            drop: count,
            dropTypes: z.array(z.string()),
            duplicates: count,
            hold: z.boolean(),
            reorder: count,
          })
          .partial(),
        (input) =>
          control.deliveries(
            Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)),
          ),
      ),
    ],
    [
      "release",
      command(
        z.strictObject({ order: z.enum(["created", "reversed", "shuffled"]).optional() }),
        ({ order }) => control.release(order),
      ),
    ],
    [
      "redeliver",
      command(z.strictObject({ event: z.string().optional() }), ({ event }) =>
        control.redeliver(event),
      ),
    ],
    [
      "sendWebhooksTo",
      command(z.strictObject({ url: z.url().nullable() }), ({ url }) =>
        control.sendWebhooksTo(url),
      ),
    ],
    [
      "outage",
      command(
        z
          .strictObject({
            calls: count.min(1).optional(),
            status: z.union([z.literal(429), z.literal(500), z.literal(503)]),
          })
          .nullable(),
        (outage) => control.outage(outage),
      ),
    ],
    [
      "loseReplies",
      command(z.strictObject({ calls: count }), ({ calls }) => control.loseReplies(calls)),
    ],
    [
      "holdCalls",
      command(z.strictObject({ calls: count }), ({ calls }) => control.holdCalls(calls)),
    ],
    ["letCallsGo", command(z.strictObject({}), () => control.letCallsGo())],
    [
      "holdReplies",
      command(z.strictObject({ calls: count }), ({ calls }) => control.holdReplies(calls)),
    ],
    [
      "searchLag",
      command(z.strictObject({ seconds: count }), ({ seconds }) => control.searchLag(seconds)),
    ],
    ["slow", command(z.strictObject({ ms: count }), ({ ms }) => control.slow(ms))],
    [
      "processing",
      command(z.strictObject({ how: z.union([z.boolean(), count]) }), ({ how }) =>
        control.processing(how),
      ),
    ],
    [
      "settlePayment",
      command(
        z.strictObject({
          outcome: z.enum(["by_card", "failed"]).optional(),
          payment_intent: z.string(),
        }),
        (input) => control.settlePayment(input.payment_intent, input.outcome),
      ),
    ],
    [
      "settleRefund",
      command(
        z.strictObject({
          failure_reason: z.string().optional(),
          outcome: z.enum(["failed", "succeeded"]),
          refund: z.string(),
        }),
        (input) => control.settleRefund(input.refund, input.outcome, input.failure_reason),
      ),
    ],
    ["forgetIdempotencyKeys", command(z.strictObject({}), () => control.forgetIdempotencyKeys())],
    ["settled", command(z.strictObject({}), () => control.settled())],
    ["reset", command(z.strictObject({}), () => control.reset())],
  ]);
}
