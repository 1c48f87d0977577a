import { closeDispute, openDisputeByCard } from "./disputes.ts";
import { expireAuthorization, settlePayment } from "./payment-flow.ts";
import { settlePayout } from "./payouts.ts";
import { settleRefund } from "./refunds.ts";
import type { State } from "./state.ts";
import { NO_REQUEST, type Transaction } from "./transaction.ts";
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

  /** Looks at the clock again, after it was turned on. */
  rearm(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.resume();
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
    // The clock may have been turned on while this waited, so that it is armed twice.
    if (this.#state.store.get("scheduled_task", task.id) === undefined) return;
    await this.#state.run(NO_REQUEST, (tx) => {
      tx.remove("scheduled_task", task.id);
      carryOut(tx, task);
    });
  }
}

function carryOut(tx: Transaction, { kind, target, outcome }: ScheduledTask): void {
  const decided = outcome === "won" || outcome === "lost";
  if (kind === "open_dispute") openDisputeByCard(tx, target);
  else if (kind === "expire_authorization") expireAuthorization(tx, target);
  else if (decided) closeDispute(tx, target, outcome);
  else if (kind === "settle_payment") settlePayment(tx, target, outcome);
  else if (kind === "settle_payout") settlePayout(tx, target, outcome);
  else if (outcome !== "by_card") settleRefund(tx, target, outcome);
}
