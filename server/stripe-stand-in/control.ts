import type { ONBOARDING_OUTCOMES } from "./account-links.ts";
import { deauthorize, onboard, restrict } from "./accounts.ts";
import { book } from "./balance.ts";
import {
  type DeliveryControls,
  NORMAL_DELIVERIES,
  type ReleaseOrder,
  type WebhookDeliveries,
} from "./deliveries.ts";
import {
  type Opening,
  closeDispute,
  escalateInquiry,
  expireDispute,
  openDispute,
} from "./disputes.ts";
import { noSuch } from "./errors.ts";
import type { Faults, Outage } from "./faults.ts";
import { newId } from "./ids.ts";
import { settlePayment } from "./payment-flow.ts";
import { settlePayout } from "./payouts.ts";
import { settleRefund } from "./refunds.ts";
import { renderDispute, renderPayout } from "./render.ts";
import type { Schedule } from "./schedule.ts";
import type { State } from "./state.ts";
import { NO_REQUEST, type Transaction } from "./transaction.ts";

/** What the stand-in is doing at the moment. */
export interface StandInStatus {
  deliveries: DeliveryControls & { outstanding: number; held: number; dropped: number };
  /** The time by which it goes, in seconds. */
  now: number;
  dropCalls: number;
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

/** Which events are sent again, and how. */
export interface Replay {
  /** Their ids; absent: all that are kept. */
  events?: readonly string[] | undefined;
  /** Only these types, when no ids are given. */
  types?: readonly string[] | undefined;
  times?: number | undefined;
  order?: ReleaseOrder | undefined;
  seed?: number | undefined;
}

/**
 * Makes the stand-in misbehave on demand. Every method is also a `POST /_stand_in/<name>` with the
 * secret key and the argument as JSON, see `controlCommands`.
 */
export class StandInControl {
  readonly #state: State;
  readonly #deliveries: WebhookDeliveries;
  readonly #faults: Faults;
  readonly #schedule: Schedule;

  constructor(state: State, deliveries: WebhookDeliveries, faults: Faults, schedule: Schedule) {
    this.#state = state;
    this.#deliveries = deliveries;
    this.#faults = faults;
    this.#schedule = schedule;
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

  /**
   * Sends events again that are known already, the given ones or all of some types: each `times`
   * times, in the order they happened, reversed, or shuffled by a seed. Returns how many events.
   */
  replay(how: Replay): { events: number } {
    const { events, order = "created", seed, times = 1, types = [] } = how;
    for (const id of events ?? []) {
      if (this.#state.store.get("event", id) === undefined) throw noSuch("event", id, "events");
    }
    const ids =
      events ??
      Array.from(this.#state.store.values("event"))
        .filter(({ type }) => types.length === 0 || types.includes(type))
        .map(({ id }) => id);
    this.#deliveries.replay(ids, times, order, seed);
    return { events: ids.length };
  }

  /** Sends all events from now on to this address; null stops them. */
  sendWebhooksTo(url: string | null): void {
    this.#deliveries.url = url;
  }

  /** Lets every call, or those of a path, fail with 429, 500, 503 or a refusal; null ends that. */
  outage(outage: Outage | null): void {
    this.#faults.outage = outage;
  }

  /** Hangs up on the next calls without carrying them out. */
  dropCalls(calls: number): void {
    this.#faults.dropCalls = calls;
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

  /** A buyer's bank disputes a charge, or only asks about it. */
  openDispute(charge: string, opening: Opening = {}): Promise<object> {
    return this.#run((tx) => renderDispute(tx, openDispute(tx, charge, opening)));
  }

  /** A bank makes a dispute of its question. */
  escalateInquiry(dispute: string): Promise<object> {
    return this.#run((tx) => renderDispute(tx, escalateInquiry(tx, dispute)));
  }

  /** The bank decides a dispute, answered or not. The fee stays with Stripe unless told otherwise. */
  closeDispute(dispute: string, outcome: "lost" | "won", returnFee = false): Promise<object> {
    return this.#run((tx) => renderDispute(tx, closeDispute(tx, dispute, outcome, returnFee)));
  }

  /** The time in which a dispute can be answered runs out. */
  expireDispute(dispute: string): Promise<object> {
    return this.#run((tx) => renderDispute(tx, expireDispute(tx, dispute)));
  }

  /** Brings a payout to its end; a paid one may still be made to fail. */
  settlePayout(
    payout: string,
    outcome: "failed" | "succeeded",
    failureCode?: string,
  ): Promise<object> {
    return this.#run((tx) => renderPayout(settlePayout(tx, payout, outcome, failureCode)));
  }

  /** A connected account leaves its onboarding page. */
  onboard(
    account: string,
    outcome: (typeof ONBOARDING_OUTCOMES)[number] = "complete",
  ): Promise<object> {
    return this.#run((tx) => onboard(tx, account, outcome));
  }

  /** Stripe asks a connected account for more, and stops its payouts; an empty list ends that. */
  restrictAccount(account: string, due: readonly string[], reason?: string): Promise<object> {
    return this.#run((tx) => restrict(tx, account, due, reason));
  }

  /** A connected account takes its permission back. */
  async deauthorizeAccount(account: string): Promise<void> {
    await this.#run((tx) => deauthorize(tx, account));
  }

  /** Makes all money available that is still pending. */
  async makeAvailable(): Promise<void> {
    await this.#run((tx) => {
      const pending = tx
        .newestFirst("balance_transaction")
        .filter(({ available_on: on }) => on > tx.now);
      for (const row of pending) tx.put("balance_transaction", { ...row, available_on: tx.now });
    });
  }

  /** Puts money into the platform's balance, as a top-up from its bank does. */
  async addFunds(amount: number, currency: string): Promise<void> {
    await this.#run((tx) =>
      book(tx, { kind: "topup", amount, currency, description: "Top-up", source: newId("tu") }),
    );
  }

  /** Stripe bills a fee that belongs to no charge, as it does for Connect or Radar. */
  async chargeFee(amount: number, currency: string, description: string): Promise<void> {
    await this.#run((tx) =>
      book(tx, { kind: "stripe_fee", amount: -amount, currency, description, source: null }),
    );
  }

  /** Turns the clock on: pending money becomes available, links and keys grow old. */
  async advanceClock(seconds: number): Promise<void> {
    await this.#run((tx) => {
      const before = tx.get("clock", "clock")?.offset_ms ?? 0;
      tx.put("clock", { id: "clock", offset_ms: before + seconds * 1000 });
    });
    this.#schedule.rearm();
  }

  #run<T>(work: (tx: Transaction) => T): Promise<T> {
    return this.#state.run(NO_REQUEST, work);
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
    this.#faults.dropCalls = 0;
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
      dropCalls: faults.dropCalls,
      holdCalls: faults.holdCalls,
      holdReplies: faults.holdReplies,
      now: Math.floor(this.#state.world.now() / 1000),
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
