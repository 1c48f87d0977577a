import type { Database } from "./database.ts";
import { publicError } from "./errors.ts";
import type { Settings } from "./settings.ts";
import type { Watched, Watcher } from "./watch.ts";

/** What listeners are told of a map. */
export interface SeatMapNews {
  readonly performanceId: string;
  readonly version: string;
  readonly isComplete: boolean;
  readonly seatNos: readonly number[];
  readonly availability: string;
}

/** What listeners are told of a booking: that it is another. What it is, they ask for. */
export interface BookingNews {
  readonly bookingId: string;
}

/** What listeners are told of places without a seat: how many are left for each category. */
export interface AdmissionsNews {
  readonly performanceId: string;
  readonly categories: readonly {
    readonly ticketCategoryId: string;
    readonly admissionsLeft: number;
  }[];
}

/** What everybody who listens to this process has in common. */
export interface LiveOptions {
  readonly database: Database;
  readonly watcher: Watcher;
  /** How often is looked whether somebody may still listen, when nothing is new. Default: 60,000. */
  readonly recheckMs?: number | undefined;
}

/**
 * How many read at once what is new. Beside them, the pool is for requests: when a house goes on sale, thousands listen
 * for the same change. Whoever waits is told later, and then everything at once.
 */
const readersMax = 2;

/** How often in a row reading may fail, where trying again may help, before a listener is told. */
const failuresMax = 5;

/** Opens what listeners listen to. */
export class Live {
  readonly #options: LiveOptions;
  readonly #turns = new Turns(readersMax);

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  /** What is new on a map since a version, or since the first answer, which then says to read the map. */
  seatMap(listener: Listener, performanceId: string, since: string | null): Stream<SeatMapNews> {
    let isFirst = true;
    return this.#open(listener, "performance", performanceId, async (isLost) => {
      const news = await this.#ask<SeatMapNews>(
        listener,
        "lml_follow_seat_map",
        `select c.performance_id as "performanceId", c.version, c.is_complete as "isComplete",
          c.seat_nos as "seatNos", c.availability
        from app_hidden.follow_seat_map($1, $2) as c`,
        [performanceId, isLost ? null : since],
      );
      since = news.version;
      // The first answer comes in any case: it says that somebody listens from now on.
      if (!isFirst && news.isComplete && news.seatNos.length === 0) return undefined;
      isFirst = false;
      return news;
    });
  }

  /** A booking, once at the beginning and whenever it is another. */
  booking(listener: Listener, bookingId: string): Stream<BookingNews> {
    let known: string | null = null;
    return this.#open(listener, "booking", bookingId, async (isLost) => {
      const { version } = await this.#ask<{ readonly version: string }>(
        listener,
        "lml_follow_booking",
        "select app_hidden.follow_booking($1) as version",
        [bookingId],
      );
      if (version === known && !isLost) return undefined;
      known = version;
      return { bookingId };
    });
  }

  /** What is left of the places without a seat, once at the beginning and whenever it is another number. */
  admissions(listener: Listener, performanceId: string): Stream<AdmissionsNews> {
    let known: string | null = null;
    return this.#open(listener, "admissions", performanceId, async () => {
      const row = await this.#ask<{ readonly ids: string[]; readonly places: number[] }>(
        listener,
        "lml_follow_admissions",
        `select a.ticket_category_ids as ids, a.places
        from app_hidden.follow_admissions($1) as a`,
        [performanceId],
      );
      const categories = row.ids.map((ticketCategoryId, at) => ({
        ticketCategoryId,
        admissionsLeft: row.places[at] ?? 0,
      }));
      const now = JSON.stringify(categories);
      if (now === known) return undefined;
      known = now;
      return { performanceId, categories };
    });
  }

  #open<News>(
    { demand }: Listener,
    kind: Watched,
    id: string,
    read: (isLost: boolean) => Promise<News | undefined>,
  ): Stream<News> {
    const { watcher, recheckMs = 60_000 } = this.#options;
    return new Stream({
      demand,
      recheckMs,
      read: (isLost) => this.#turns.take(() => read(isLost)),
      watch: (wake) => watcher.watch(kind, id, wake),
      isWatched: () => watcher.ready,
      wakeLater: (wake) => watcher.wakeLater(wake),
    });
  }

  async #ask<Row extends object>(
    { settings }: Listener,
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<Row> {
    const [row] = await this.#options.database.query<Row>(settings, { name, text, values });
    if (row === undefined) throw new Error(`${name} answered with nothing.`);
    return row;
  }
}

/** Who listens. */
export interface Listener {
  /** Who they are to the database. */
  readonly settings: Settings;
  /** Whether they have taken what they were told. */
  readonly demand: Demand;
}

/** Counts what a slow consumer has asked for and not been given yet, so that nothing piles up for it. */
export class Demand {
  #asked = 0;
  #notify: () => void = () => undefined;

  /** Asks for one more. */
  ask(): void {
    this.#asked += 1;
    this.#notify();
  }

  /** Resolves when one is asked for, which then counts as given. */
  async wait(): Promise<void> {
    while (this.#asked === 0) {
      await new Promise<void>((resolve) => (this.#notify = resolve));
    }
    this.#asked -= 1;
  }
}

/** Lets only so many do something at once, in the order in which they came. */
class Turns {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
  }

  async take<T>(action: () => Promise<T>): Promise<T> {
    if (this.#taken < this.#most) this.#taken += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await action();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#taken -= 1;
      else next();
    }
  }
}

/** What a stream is made of. */
interface StreamOptions<News> {
  readonly demand: Demand;
  readonly recheckMs: number;
  /** Reads what is new; undefined when nothing is. */
  readonly read: (isLost: boolean) => Promise<News | undefined>;
  readonly watch: (wake: (isLost: boolean) => void) => () => void;
  /** Resolves when whatever would make a reading wrong is noticed from then on. */
  readonly isWatched: () => Promise<void>;
  readonly wakeLater: (wake: (isLost: boolean) => void) => void;
}

/**
 * What one listener listens to. It reads only when something may be new and the last thing was taken: however slow a
 * listener is, there is at most one answer on its way, and what happened meanwhile is in the next one. A refusal ends it.
 */
export class Stream<News> implements AsyncIterableIterator<News, undefined> {
  readonly #options: StreamOptions<News>;
  readonly #unwatch: () => void;
  readonly #ended = Promise.withResolvers<void>();
  #isEnded = false;
  #isAwake = true;
  #isLost = false;
  #notify: () => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StreamOptions<News>) {
    this.#options = options;
    // Before the first reading, so that nothing falls between the two.
    this.#unwatch = options.watch(this.#wake);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<News, undefined>> {
    const { demand, isWatched } = this.#options;
    await Promise.race([demand.wait().then(isWatched), this.#ended.promise]);
    let failures = 0;
    while (await this.#awake()) {
      const isLost = this.#isLost;
      this.#isLost = false;
      try {
        const news = await this.#options.read(isLost);
        failures = 0;
        if (news !== undefined && !this.#isEnded) return { done: false, value: news };
      } catch (error) {
        this.#isLost ||= isLost;
        failures += 1;
        if (isFinal(error) || failures > failuresMax) {
          this.#end();
          throw error;
        }
        this.#options.wakeLater(this.#wake);
      }
    }
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<News, undefined>> {
    this.#end();
    return { done: true, value: undefined };
  }

  readonly #wake = (isLost: boolean): void => {
    this.#isLost ||= isLost;
    this.#isAwake = true;
    this.#notify();
  };

  /** Waits until something may be new; false when this has ended. */
  async #awake(): Promise<boolean> {
    if (!this.#isAwake && !this.#isEnded) {
      this.#timer = setTimeout(() => this.#wake(false), this.#options.recheckMs);
      await new Promise<void>((resolve) => (this.#notify = resolve));
      clearTimeout(this.#timer);
    }
    this.#isAwake = false;
    return !this.#isEnded;
  }

  #end(): void {
    this.#isEnded = true;
    this.#unwatch();
    this.#ended.resolve();
    this.#notify();
  }
}

/** What the database says, or the server of it, when it did not come to answer: it may later. */
const passing: ReadonlySet<string> = new Set(["LMBSY", "LMTMO", "LMUNK"]);

/** Whether an error is an answer. */
function isFinal(error: unknown): boolean {
  const code = publicError(error)?.code;
  return code !== undefined && !passing.has(code);
}
