import type { Journal } from "./journal.ts";
import type { Change, Store } from "./store.ts";
import { type RequestIdentity, Transaction, type World } from "./transaction.ts";

/** The rows in memory together with the journal that keeps them. */
export class State {
  readonly store: Store;
  readonly world: World;
  readonly #journal: Journal;
  readonly #onKept: (changes: readonly Change[]) => void;

  /** `onKept` hears of the changes of every transaction, once they are on the disk. */
  constructor(
    store: Store,
    journal: Journal,
    world: World,
    onKept: (changes: readonly Change[]) => void,
  ) {
    this.store = store;
    this.world = world;
    this.#journal = journal;
    this.#onKept = onKept;
  }

  /** A transaction; nothing of it is seen by others before `commit`. */
  begin(request: RequestIdentity): Transaction {
    return new Transaction(this.store, this.world, request);
  }

  /** Makes a transaction's changes at once, and resolves when they are on the disk. */
  async commit(tx: Transaction): Promise<void> {
    const { changes } = tx;
    if (changes.length === 0) {
      // What a reader was shown must be on the disk too, or a crash would take it back.
      await this.#journal.flushed();
      return;
    }
    this.store.apply(changes);
    await this.#journal.append(changes);
    this.#onKept(changes);
  }

  /** Runs one piece of work and commits it. */
  async run<T>(request: RequestIdentity, work: (tx: Transaction) => T): Promise<T> {
    const tx = this.begin(request);
    const result = work(tx);
    await this.commit(tx);
    return result;
  }

  /**
   * Makes bookkeeping changes that nobody waits for. When they are lost, an event arrives once
   * more, which receivers must bear anyway.
   */
  note(changes: readonly Change[]): void {
    this.store.apply(changes);
    this.#journal.append(changes).catch(() => {});
  }
}
