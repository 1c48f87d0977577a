import type { TableName, Tables } from "./types.ts";

/** One change of the state: a row that is new or replaced, or one that is gone. */
export type Change =
  { [T in TableName]: { put: T; value: Tables[T] } }[TableName] | { remove: TableName; id: string };

type Maps = { [T in TableName]: Map<string, Tables[T]> };

/** The whole state, in memory. Rows keep the order in which they were created. */
export class Store {
  readonly #maps: Maps = {
    account: new Map(),
    authentication: new Map(),
    balance_transaction: new Map(),
    charge: new Map(),
    clock: new Map(),
    customer: new Map(),
    deauthorization: new Map(),
    deleted_customer: new Map(),
    delivery: new Map(),
    dispute: new Map(),
    event: new Map(),
    idempotent_reply: new Map(),
    onboarding_link: new Map(),
    payment_intent: new Map(),
    payment_method: new Map(),
    payout: new Map(),
    refund: new Map(),
    scheduled_task: new Map(),
    setup_intent: new Map(),
    transfer: new Map(),
    transfer_reversal: new Map(),
    used_test_bank: new Map(),
    used_test_card: new Map(),
  };

  /** The row with this id. */
  get<T extends TableName>(table: T, id: string): Tables[T] | undefined {
    return this.#maps[table].get(id);
  }

  /** All rows, the oldest first. */
  values<T extends TableName>(table: T): Iterable<Tables[T]> {
    return this.#maps[table].values();
  }

  /** Makes changes, all or nothing since nothing here can fail. */
  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      if ("remove" in change) this.#maps[change.remove].delete(change.id);
      else this.#put(change.put, change.value as Tables[typeof change.put]);
    }
  }

  /** The state as changes that rebuild it, the oldest rows first. */
  *snapshot(): Iterable<Change> {
    for (const table of Object.keys(this.#maps) as TableName[]) {
      for (const value of this.#maps[table].values()) yield { put: table, value } as Change;
    }
  }

  #put<T extends TableName>(table: T, value: Tables[T]): void {
    this.#maps[table].set(value.id, value);
  }
}
