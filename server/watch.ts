import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";

/** What can be watched, by its id. */
export type Watched = "performance" | "booking";

/**
 * Told that something may be new. `isLost`: the connection to the database was, and with it, it may be, the order of what
 * its transactions are numbered by.
 */
export type Wake = (isLost: boolean) => void;

/** How to watch. */
export interface WatcherOptions {
  /** Makes a connection of the watcher's own, as `lml_authenticator`. */
  readonly connect: () => Promise<pg.Client>;
  /** Told when the database stops answering, once until it answers again. */
  readonly onError: (error: unknown) => void;
  /** How long to wait between two questions. Default: 500. */
  readonly everyMs?: number | undefined;
}

/** What the database says of everything that is watched. */
interface News {
  readonly version: string;
  readonly changed_performance_ids: readonly string[] | null;
  readonly changed_booking_ids: readonly string[] | null;
  readonly changed_booking_versions: readonly string[] | null;
}

/**
 * Asks the database what is new, for everybody who listens to this process, with one statement at a time and only while
 * somebody listens. It learns that something is new, not what: that is for each listener to read.
 *
 * The connection is not one of the pool, so that a busy pool delays nobody and every loss of it is noticed: what a crash
 * of the database takes back, it may number again, and whoever knows a version of before would miss that.
 */
export class Watcher {
  readonly #options: WatcherOptions;
  readonly #performances = new Map<string, Set<Wake>>();
  readonly #bookings = new Map<string, Set<Wake>>();
  /** What is known of the bookings. */
  readonly #versions = new Map<string, string>();
  readonly #later = new Set<Wake>();
  readonly #stopping = new AbortController();
  #attempt = Promise.withResolvers<void>();
  #since: string | null = null;
  #running: Promise<void> | undefined;

  constructor(options: WatcherOptions) {
    this.#options = options;
  }

  /** Calls `wake` whenever something may be new, and always after the first question. Returns what ends it. */
  watch(kind: Watched, id: string, wake: Wake): () => void {
    const watched = kind === "performance" ? this.#performances : this.#bookings;
    const wakes = watched.get(id) ?? new Set();
    watched.set(id, wakes.add(wake));
    // What is known of a booking is known to those who listen already.
    if (kind === "booking") this.#versions.delete(id);
    this.#start();
    return () => {
      this.#later.delete(wake);
      wakes.delete(wake);
      if (wakes.size > 0 || watched.get(id) !== wakes) return;
      watched.delete(id);
      if (kind === "booking") this.#versions.delete(id);
    };
  }

  /**
   * Resolves once there is a connection that tells when it is lost, or none could be made, which counts as a loss. Whoever
   * reads before that may know something that a crash takes back, and never hear of it.
   */
  get ready(): Promise<void> {
    return this.#attempt.promise;
  }

  /** Calls `wake` once the database answers again. */
  wakeLater(wake: Wake): void {
    this.#later.add(wake);
  }

  /** Stops asking. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  #start(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      // Somebody may have come while the connection was being closed.
      if (this.#isNeeded) this.#start();
    });
  }

  get #isNeeded(): boolean {
    return this.#performances.size + this.#bookings.size > 0 && !this.#stopping.signal.aborted;
  }

  async #run(): Promise<void> {
    let client: pg.Client | undefined;
    let isAway = false;
    let isLost = false;
    // Nothing that was known when nobody listened is of use.
    this.#since = null;
    this.#versions.clear();
    while (this.#isNeeded) {
      try {
        client ??= await this.#options.connect();
        this.#attempt.resolve();
        await this.#ask(client, isLost);
        isAway = isLost = false;
      } catch (error) {
        if (!isAway) this.#options.onError(error);
        isAway = isLost = true;
        this.#attempt.resolve();
        this.#since = null;
        this.#versions.clear();
        await client?.end().catch(() => undefined);
        client = undefined;
      }
      const { everyMs = 500 } = this.#options;
      await sleep(everyMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
    // Who comes from now on waits for the next connection.
    this.#attempt = Promise.withResolvers<void>();
    await client?.end().catch(() => undefined);
  }

  async #ask(client: pg.Client, isLost: boolean): Promise<void> {
    const performances = [...this.#performances.keys()];
    const bookings = [...this.#bookings.keys()];
    const { rows } = await client.query<News>({
      name: "lml_news",
      text: "select * from app_private.find_news($1, $2, $3, $4)",
      values: [
        performances,
        this.#since,
        bookings,
        bookings.map((id) => this.#versions.get(id) ?? null),
      ],
    });
    const [news] = rows;
    if (news === undefined) throw new Error("The database knows nothing of news.");
    this.#since = news.version;
    news.changed_booking_ids?.forEach((id, at) => {
      const version = news.changed_booking_versions?.[at];
      if (this.#bookings.has(id) && version !== undefined) this.#versions.set(id, version);
    });
    const wakes = new Set(this.#later);
    this.#later.clear();
    const gather = (watched: ReadonlyMap<string, ReadonlySet<Wake>>, id: string): void => {
      for (const wake of watched.get(id) ?? []) wakes.add(wake);
    };
    for (const id of news.changed_performance_ids ?? []) gather(this.#performances, id);
    for (const id of news.changed_booking_ids ?? []) gather(this.#bookings, id);
    // Who came while this was asked was not asked for, and may have read before it was answered.
    const asked = new Set(performances);
    for (const id of this.#performances.keys()) if (!asked.has(id)) gather(this.#performances, id);
    for (const wake of wakes) wake(isLost);
  }
}
