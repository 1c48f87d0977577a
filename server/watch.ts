import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";

/** What can be watched, by its id: the map of a performance, a booking, or what is left of a performance without seats. */
export type Watched = "performance" | "booking" | "admissions";

/** Those of which the database says a version: something that is different whenever they are. */
type Versioned = Exclude<Watched, "performance">;

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
  readonly changed_admission_ids: readonly string[] | null;
  readonly changed_admission_versions: readonly string[] | null;
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
  readonly #watched: Readonly<Record<Watched, Map<string, Set<Wake>>>> = {
    performance: new Map(),
    booking: new Map(),
    admissions: new Map(),
  };
  /** What is known of them. */
  readonly #versions: Readonly<Record<Versioned, Map<string, string>>> = {
    booking: new Map(),
    admissions: new Map(),
  };
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
    const watched = this.#watched[kind];
    const versions = kind === "performance" ? undefined : this.#versions[kind];
    const wakes = watched.get(id) ?? new Set();
    watched.set(id, wakes.add(wake));
    // What is known is known to those who listen already.
    versions?.delete(id);
    this.#start();
    return () => {
      this.#later.delete(wake);
      wakes.delete(wake);
      if (wakes.size > 0 || watched.get(id) !== wakes) return;
      watched.delete(id);
      versions?.delete(id);
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
    return (
      Object.values(this.#watched).some(({ size }) => size > 0) && !this.#stopping.signal.aborted
    );
  }

  async #run(): Promise<void> {
    let client: pg.Client | undefined;
    let isAway = false;
    let isLost = false;
    // Nothing that was known when nobody listened is of use.
    this.#forget();
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
        this.#forget();
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

  #forget(): void {
    this.#since = null;
    for (const versions of Object.values(this.#versions)) versions.clear();
  }

  async #ask(client: pg.Client, isLost: boolean): Promise<void> {
    const performances = [...this.#watched.performance.keys()];
    const { rows } = await client.query<News>({
      name: "lml_news",
      text: `select n.*, a.changed_ids as changed_admission_ids,
          a.changed_versions as changed_admission_versions
        from app_private.find_news($1, $2, $3, $4) as n
        cross join app_private.find_admission_news($5, $6) as a`,
      values: [performances, this.#since, ...this.#known("booking"), ...this.#known("admissions")],
    });
    const [news] = rows;
    if (news === undefined) throw new Error("The database knows nothing of news.");
    this.#since = news.version;
    const wakes = new Set(this.#later);
    this.#later.clear();
    const gather = (kind: Watched, id: string): void => {
      for (const wake of this.#watched[kind].get(id) ?? []) wakes.add(wake);
    };
    const learn = (
      kind: Versioned,
      ids: readonly string[] | null,
      versions: readonly string[] | null,
    ): void => {
      ids?.forEach((id, at) => {
        const version = versions?.[at];
        if (this.#watched[kind].has(id) && version !== undefined) {
          this.#versions[kind].set(id, version);
        }
        gather(kind, id);
      });
    };
    learn("booking", news.changed_booking_ids, news.changed_booking_versions);
    learn("admissions", news.changed_admission_ids, news.changed_admission_versions);
    for (const id of news.changed_performance_ids ?? []) gather("performance", id);
    // Who came while this was asked was not asked for, and may have read before it was answered.
    const asked = new Set(performances);
    for (const id of this.#watched.performance.keys())
      if (!asked.has(id)) gather("performance", id);
    for (const wake of wakes) wake(isLost);
  }

  /** The ids of what is watched, and the version that is known of each. */
  #known(kind: Versioned): readonly [ids: string[], versions: (string | null)[]] {
    const ids = [...this.#watched[kind].keys()];
    return [ids, ids.map((id) => this.#versions[kind].get(id) ?? null)];
  }
}
