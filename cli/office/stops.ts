/** What is to be stopped, in the order in which it was started. */
export class Stops {
  readonly #stops: (() => Promise<void> | void)[] = [];
  #stopping: Promise<void> | undefined;

  add(stop: () => Promise<void> | void): void {
    this.#stops.push(stop);
  }

  /** Stops what was started last first. Safe to call twice. */
  all(): Promise<void> {
    return (this.#stopping ??= this.#stopAll());
  }

  /** What cannot be stopped does not keep the rest from being stopped. */
  async #stopAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const stop of this.#stops.toReversed()) {
      try {
        await stop();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
