import Stripe from "stripe";
import { newId } from "./ids.ts";
import type { Change, Store } from "./store.ts";
import type { EventType, ScheduledTask, TableName, Tables } from "./types.ts";

/** The version of Stripe's API that the installed `stripe` package speaks. */
export const API_VERSION: string = Stripe.API_VERSION;

/** What a transaction knows of its surroundings. */
export interface World {
  /** The clock, in milliseconds. */
  now(): number;
  /** The address of the stand-in itself. */
  url(): string;
  /** How a new event is to be delivered, or null when there is no webhook endpoint. */
  planDelivery(type: EventType): { copies: number; dropped: boolean } | null;
  /** How long a confirmed payment stays `processing`; null: it does not; Infinity: until told. */
  processingMs(): number | null;
  /** How old a payment intent must be to be found by a search. */
  searchLagSeconds(): number;
  /** How long refunds of the asynchronous test cards take. */
  settleAfterMs: number;
}

/** The request on whose behalf a transaction runs; both are null when nobody asked. */
export interface RequestIdentity {
  id: string | null;
  idempotency_key: string | null;
}

/** Nobody's request: what happens by itself or through the control path. */
export const NO_REQUEST: RequestIdentity = { id: null, idempotency_key: null };

/**
 * Collects the changes of one request. It runs without waiting for anything, so that no other
 * request can come between its reads and its writes: that is what caps concurrent refunds. Rows
 * are never changed in place, they are replaced by `put`.
 */
export class Transaction {
  readonly world: World;
  readonly request: RequestIdentity;
  readonly #store: Store;
  readonly #changes = new Map<string, Change>();

  constructor(store: Store, world: World, request: RequestIdentity) {
    this.#store = store;
    this.world = world;
    this.request = request;
  }

  /** The time in seconds, as Stripe's objects carry it. */
  get now(): number {
    return Math.floor(this.world.now() / 1000);
  }

  /** What has changed, in the order of the first change of each row. */
  get changes(): Change[] {
    return [...this.#changes.values()];
  }

  /** The row with this id, with this transaction's own changes. */
  get<T extends TableName>(table: T, id: string): Tables[T] | undefined {
    const change = this.#changes.get(`${table}/${id}`);
    if (change === undefined) return this.#store.get(table, id);
    return "remove" in change ? undefined : (change.value as Tables[T]);
  }

  /** All rows, the newest first, with this transaction's own changes. */
  newestFirst<T extends TableName>(table: T): Tables[T][] {
    const rows = new Map(Array.from(this.#store.values(table), (row) => [row.id, row]));
    for (const change of this.#changes.values()) {
      if ("remove" in change) {
        if (change.remove === table) rows.delete(change.id);
      } else if (change.put === table) rows.set(change.value.id, change.value as Tables[T]);
    }
    return [...rows.values()].reverse();
  }

  /** Creates or replaces a row, and returns it. */
  put<T extends TableName>(table: T, value: Tables[T]): Tables[T] {
    this.#changes.set(`${table}/${value.id}`, { put: table, value } as Change);
    return value;
  }

  /** Removes a row. */
  remove(table: TableName, id: string): void {
    this.#changes.set(`${table}/${id}`, { remove: table, id });
  }

  /** Forgets every change. */
  reset(): void {
    this.#changes.clear();
  }

  /**
   * Records an event with the object as it is now; it is delivered once the changes are safe.
   * `before` is the same object before the change, for events whose name says that it changed;
   * `account` is the connected account to which the object belongs, if it is not the platform's.
   */
  emit<T extends object>(type: EventType, object: T, before?: T, account?: string | null): void {
    const event = this.put("event", {
      id: newId("evt"),
      object: "event",
      ...(account == null ? {} : { account }),
      api_version: API_VERSION,
      created: this.now,
      data:
        before === undefined
          ? { object }
          : { object, previous_attributes: previous(before, object) },
      livemode: false,
      request: this.request,
      type,
    });
    const plan = this.world.planDelivery(type);
    if (plan !== null) this.put("delivery", { id: event.id, attempts: 0, ...plan });
  }

  /** Lets something happen later, even after a restart. */
  schedule(afterMs: number, task: Omit<ScheduledTask, "id" | "due_at_ms">): void {
    this.put("scheduled_task", {
      id: newId("task"),
      due_at_ms: this.world.now() + afterMs,
      ...task,
    });
  }
}

/** The attributes that changed, with their values before. */
function previous(before: object, after: object): Record<string, unknown> {
  const now = new Map(Object.entries(after));
  return Object.fromEntries(
    Object.entries(before).filter(
      ([key, value]) => JSON.stringify(now.get(key)) !== JSON.stringify(value),
    ),
  );
}
