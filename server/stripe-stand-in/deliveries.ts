import { signatureHeader } from "./signature.ts";
import type { State } from "./state.ts";
import type { Delivery, EventType } from "./types.ts";

/** How new events are delivered. The defaults deliver each event once and at once. */
export interface DeliveryControls {
  /** How many times more than once each new event arrives. */
  duplicates: number;
  /** How long each new event waits before its first attempt. */
  delayMs: number;
  /** Collects this many new events (or a second's worth), then sends them the newest first. */
  reorder: number;
  /** How many of the next new events are lost: they stay listed, but nobody is told. */
  drop: number;
  /** Which events may be lost; empty: all of them. */
  dropTypes: readonly string[];
  /** Keeps new events back until `release`. */
  hold: boolean;
}

/** Deliveries as Stripe's are on a good day. */
export const NORMAL_DELIVERIES: DeliveryControls = {
  duplicates: 0,
  delayMs: 0,
  reorder: 0,
  drop: 0,
  dropTypes: [],
  hold: false,
};

/** How often and how patiently an event is offered. */
export interface DeliveryTiming {
  /** The wait after the first failed attempt; it doubles with each further one. */
  retryBaseMs: number;
  retryMaxMs: number;
  /** How long the receiver may take to answer. */
  timeoutMs: number;
}

/** In which order held events are sent. */
export type ReleaseOrder = "created" | "reversed" | "shuffled";

const AT_ONCE_MAX = 8;
const REORDER_WITHIN_MS = 1_000;

/** A generator of numbers from 0 to 1 that is the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled<T>(values: readonly T[], random: () => number = Math.random): T[] {
  return values
    .map((value) => ({ value, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ value }) => value);
}

/**
 * Sends events to the webhook endpoint until it answers with a 2xx status: at least once, and in no
 * promised order. What has not arrived is a row of the state, so it survives a restart.
 */
export class WebhookDeliveries {
  controls: DeliveryControls = NORMAL_DELIVERIES;
  url: string | null;
  readonly #state: State;
  readonly #secret: string;
  readonly #timing: DeliveryTiming;
  readonly #closing = new AbortController();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Events that are queued, under way or waiting for another attempt. */
  readonly #outstanding = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  readonly #whenSettled = new Set<() => void>();
  #queue: string[][] = [];
  #held: string[] = [];
  #collected: string[] = [];

  constructor(state: State, url: string | null, secret: string, timing: DeliveryTiming) {
    this.#state = state;
    this.url = url;
    this.#secret = secret;
    this.#timing = timing;
  }

  /** How a new event is to be delivered, or null when nobody listens. */
  plan(type: EventType): { copies: number; dropped: boolean } | null {
    if (this.url === null) return null;
    const { drop, dropTypes, duplicates } = this.controls;
    const dropped = drop > 0 && (dropTypes.length === 0 || dropTypes.includes(type));
    if (dropped) this.controls = { ...this.controls, drop: drop - 1 };
    return { copies: 1 + duplicates, dropped };
  }

  /** Takes on the deliveries of one transaction, once it is on the disk. */
  accept(deliveries: readonly Delivery[]): void {
    for (const { id, dropped } of deliveries) {
      if (dropped) continue;
      if (this.controls.hold) this.#held.push(id);
      else if (this.controls.reorder > 1) this.#collect(id);
      else this.#enqueue([id], this.controls.delayMs);
    }
  }

  /** Takes on what an earlier run left undelivered. */
  resume(): void {
    for (const { id, dropped } of this.#state.store.values("delivery")) {
      if (!dropped) this.#enqueue([id]);
    }
  }

  /** Stops holding events back, and sends the held ones one after the other. */
  release(order: ReleaseOrder): void {
    const held = this.#held;
    this.#held = [];
    this.controls = { ...this.controls, hold: false };
    if (order === "reversed") held.reverse();
    this.#enqueue(order === "shuffled" ? shuffled(held) : held);
  }

  /** Sends an event that was delivered or dropped before; without an id, every dropped one. */
  redeliver(eventId?: string): void {
    const ids =
      eventId === undefined
        ? Array.from(this.#state.store.values("delivery"))
            .filter(({ dropped }) => dropped)
            .map(({ id }) => id)
        : [eventId];
    for (const id of ids) {
      if (this.#outstanding.has(id)) continue;
      this.#held = this.#held.filter((held) => held !== id);
      const value = { id, copies: 1, attempts: 0, dropped: false };
      this.#state.note([{ put: "delivery", value }]);
      this.#enqueue([id]);
    }
  }

  /**
   * Sends events again, each so many times. Shuffled ones come from several senders at once, and
   * start in the same order for the same seed.
   */
  replay(ids: readonly string[], times: number, order: ReleaseOrder, seed?: number): void {
    const chosen = ids.filter((id) => !this.#outstanding.has(id));
    this.#held = this.#held.filter((held) => !chosen.includes(held));
    this.#state.note(
      chosen.map((id) => ({
        put: "delivery",
        value: { id, copies: times, attempts: 0, dropped: false },
      })),
    );
    if (order === "shuffled") {
      const random = seed === undefined ? Math.random : seeded(seed);
      for (const id of shuffled(chosen, random)) this.#enqueue([id]);
    } else {
      this.#enqueue(order === "reversed" ? chosen.reverse() : chosen);
    }
  }

  /** Resolves when nothing is queued, under way or waiting for another attempt. */
  settled(): Promise<void> {
    if (this.#outstanding.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenSettled.add(resolve));
  }

  /** How many events wait, by why they wait. */
  counts(): { outstanding: number; held: number; dropped: number } {
    const rows = Array.from(this.#state.store.values("delivery"));
    return {
      outstanding: this.#outstanding.size,
      held: this.#held.length,
      dropped: rows.filter(({ dropped }) => dropped).length,
    };
  }

  /** Breaks off what is under way. The undelivered events go out after the next start. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(this.#running);
    this.#outstanding.clear();
    this.#checkSettled();
  }

  #collect(id: string): void {
    this.#outstanding.add(id);
    this.#collected.push(id);
    if (this.#collected.length >= this.controls.reorder) this.#flushCollected();
    else if (this.#collected.length === 1)
      this.#later(REORDER_WITHIN_MS, () => this.#flushCollected());
  }

  #flushCollected(): void {
    const batch = this.#collected.reverse();
    this.#collected = [];
    this.#enqueue(batch, this.controls.delayMs);
  }

  /** Queues events that are to be sent one after the other. */
  #enqueue(batch: string[], afterMs = 0): void {
    if (batch.length === 0) return;
    for (const id of batch) this.#outstanding.add(id);
    if (afterMs > 0) {
      this.#later(afterMs, () => this.#enqueue(batch));
      return;
    }
    this.#queue.push(batch);
    this.#pump();
  }

  #later(ms: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, ms);
    this.#timers.add(timer);
  }

  #pump(): void {
    while (this.#running.size < AT_ONCE_MAX && !this.#closing.signal.aborted) {
      const batch = this.#queue.shift();
      if (batch === undefined) return;
      const run = this.#sendAll(batch).finally(() => {
        this.#running.delete(run);
        this.#pump();
      });
      this.#running.add(run);
    }
  }

  async #sendAll(batch: readonly string[]): Promise<void> {
    for (const id of batch) {
      if (this.#closing.signal.aborted) return;
      await this.#attempt(id);
    }
  }

  async #attempt(id: string): Promise<void> {
    const arrived = await this.#send(id);
    const delivery = this.#state.store.get("delivery", id);
    if (delivery === undefined || (arrived && delivery.copies <= 1)) {
      this.#state.note([{ remove: "delivery", id }]);
      this.#outstanding.delete(id);
      this.#checkSettled();
      return;
    }
    const attempts = arrived ? 0 : delivery.attempts + 1;
    const copies = arrived ? delivery.copies - 1 : delivery.copies;
    this.#state.note([{ put: "delivery", value: { ...delivery, attempts, copies } }]);
    if (!this.#closing.signal.aborted) this.#enqueue([id], arrived ? 0 : this.#wait(attempts));
  }

  /** Doubles with every attempt, with some chance so that retries do not march in step. */
  #wait(attempts: number): number {
    const { retryBaseMs, retryMaxMs } = this.#timing;
    const wait = Math.min(retryMaxMs, retryBaseMs * 2 ** Math.min(attempts - 1, 30));
    return wait * (0.75 + Math.random() / 4);
  }

  async #send(id: string): Promise<boolean> {
    const event = this.#state.store.get("event", id);
    if (event === undefined) return true;
    if (this.url === null) return false;
    const payload = JSON.stringify({ ...event, pending_webhooks: 1 }, null, 2);
    // The signature carries the real time: the receiver compares it with its own clock.
    const seconds = Math.floor(Date.now() / 1000);
    try {
      const response = await fetch(this.url, {
        method: "POST",
        redirect: "manual",
        headers: {
          "content-type": "application/json; charset=utf-8",
          "stripe-signature": signatureHeader(payload, this.#secret, seconds),
          "user-agent": "Stripe/1.0 (stand-in, test mode)",
        },
        body: payload,
        signal: AbortSignal.any([
          this.#closing.signal,
          AbortSignal.timeout(this.#timing.timeoutMs),
        ]),
      });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }

  #checkSettled(): void {
    if (this.#outstanding.size > 0) return;
    for (const resolve of this.#whenSettled) resolve();
    this.#whenSettled.clear();
  }
}
