import { settlePayment } from "./payment-flow.ts";
import { settleRefund } from "./refunds.ts";
import type { State } from "./state.ts";
import { NO_REQUEST } from "./transaction.ts";
import type { ScheduledTask } from "./types.ts";

/** The longest wait that a timer can express. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** Lets scheduled things happen in their time: a pending refund succeeds, a payment settles. */
export class Schedule {
  readonly #state: State;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();

  constructor(state: State) {
    this.#state = state;
  }

  /** Waits for the task's time. */
  arm(task: ScheduledTask): void {
    const wait = Math.min(TIMER_MAX_MS, Math.max(0, task.due_at_ms - this.#state.world.now()));
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const run = this.#run(task)
        // Only the journal can fail here. The row is still in it, and runs after the next start.
        .catch(() => {})
        .finally(() => this.#running.delete(run));
      this.#running.add(run);
    }, wait);
    this.#timers.add(timer);
  }

  /** Takes on what an earlier run left undone. */
  resume(): void {
    for (const task of this.#state.store.values("scheduled_task")) this.arm(task);
  }

  /** Stops; what is not done yet is done after the next start. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(this.#running);
  }

  async #run(task: ScheduledTask): Promise<void> {
    await this.#state.run(NO_REQUEST, (tx) => {
      tx.remove("scheduled_task", task.id);
      if (task.kind === "settle_payment") settlePayment(tx, task.target, task.outcome);
      else if (task.outcome !== "by_card") settleRefund(tx, task.target, task.outcome);
    });
  }
}
