import pg from "pg";
import { testDatabase, type TestDatabase } from "../harness.ts";

/** How a statement ended: with rows, or with the SQLSTATE of its error. */
export type Outcome = readonly unknown[] | string;

/** A database of its own with a theatre that sells (see fixtures.sql), in which a race may be run and a guard removed. */
export class Theatre {
  readonly database: TestDatabase;
  /** Sees and changes everything. */
  readonly owner: pg.Pool;

  private constructor(database: TestDatabase, owner: pg.Pool) {
    this.database = database;
    this.owner = owner;
  }

  static async open(): Promise<Theatre> {
    const database = await testDatabase("theatre");
    return new Theatre(database, database.pool("lml_owner", 4));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.database.drop();
  }

  /** One value, as the owner. */
  async value<T>(text: string, values: readonly unknown[] = []): Promise<T> {
    return await valueOf<T>(this.owner, text, values);
  }

  /** Somebody with a connection of their own, such as `tests.as_guest(1)`; or the worker or owner by role. */
  async session(
    who: string,
    role: "lml_authenticator" | "lml_worker" | "lml_owner" = "lml_authenticator",
  ): Promise<Session> {
    const client = await this.database.connect(role);
    return new Session(client, this.owner, who, await valueOf(client, "select pg_backend_pid()"));
  }

  async guest(number: number): Promise<Session> {
    return await this.session(`select tests.as_guest(${number})`);
  }

  async user(name: string): Promise<Session> {
    // Signed up before, so that nobody's transaction waits for that.
    await this.owner.query("select tests.user_id($1)", [name]);
    return await this.session(`select tests.sign_in('${name}')`);
  }

  /** The worker's functions, as the fixtures call them. */
  async worker(): Promise<Session> {
    return await this.session("", "lml_owner");
  }

  /** A booking of a guest, held and kept by name. */
  async hold(name: string, guest: number, ...seatNos: number[]): Promise<string> {
    const session = await this.guest(guest);
    return await session.value<string>(`select tests.keep('${name}', ${holdOf(seatNos)})`);
  }

  /** The same, and checked out. */
  async checkOut(name: string, guest: number, ...seatNos: number[]): Promise<string> {
    const id = await this.hold(name, guest, ...seatNos);
    const session = await this.guest(guest);
    await session.value(`select (app_public.start_checkout('${id}', 'g${guest}@example.com')).id`);
    return id;
  }

  /** A paid booking. */
  async sell(name: string, guest: number, ...seatNos: number[]): Promise<string> {
    const id = await this.checkOut(name, guest, ...seatNos);
    await this.owner.query("select tests.pay($1)", [id]);
    return id;
  }

  async runOut(booking: string): Promise<void> {
    await this.owner.query("select tests.run_out($1)", [booking]);
  }

  async status(booking: string): Promise<string> {
    return await this.value<string>("select tests.status($1)", [booking]);
  }

  /** The names of the invariants that are broken now. */
  async broken(): Promise<string[]> {
    const { rows } = await this.owner.query<{ invariant: string }>(
      "select distinct invariant from app_public.check_invariants() order by invariant",
    );
    return rows.map(({ invariant }) => invariant);
  }

  /**
   * Takes a guard out of a function, to show that the race hurts without it. What is taken out must be there, so that
   * a control does not go blind when the function changes.
   */
  async weaken(name: string, guard: string, instead = ""): Promise<void> {
    const source = await this.value<string>("select pg_get_functiondef($1::regproc)", [name]);
    if (!source.includes(guard)) throw new Error(`${name} does not contain: ${guard}`);
    await this.owner.query(source.replaceAll(guard, instead));
  }
}

/** One connection that speaks for one person, in transactions that a test begins and ends. */
export class Session {
  readonly client: pg.Client;
  readonly pid: number;
  /** The statement that makes it somebody. */
  readonly who: string;
  readonly #owner: pg.Pool;

  constructor(client: pg.Client, owner: pg.Pool, who: string, pid: number) {
    this.client = client;
    this.#owner = owner;
    this.who = who;
    this.pid = pid;
  }

  async begin(): Promise<void> {
    await this.client.query("begin");
    if (this.who !== "") await this.client.query(this.who);
  }

  async commit(): Promise<Outcome> {
    return await outcomeOf(this.client.query("commit"));
  }

  async rollback(): Promise<void> {
    await this.client.query("rollback");
  }

  /** A statement within the transaction. It may wait: begin it, see that it does, then end the other one. */
  async run(text: string): Promise<Outcome> {
    return await outcomeOf(this.client.query<unknown[]>({ text, rowMode: "array" }));
  }

  /** A statement in a transaction of its own, committed unless it fails. */
  async once(text: string): Promise<Outcome> {
    await this.begin();
    const outcome = await this.run(text);
    if (typeof outcome === "string") {
      await this.rollback();
      return outcome;
    }
    const committed = await this.commit();
    return typeof committed === "string" ? committed : outcome;
  }

  /** One value of a statement in a transaction of its own. It must not fail. */
  async value<T>(text: string): Promise<T> {
    await this.begin();
    const value = await valueOf<T>(this.client, text);
    await this.client.query("commit");
    return value;
  }

  /** Resolves as soon as this session waits for another one, and fails when its statement, if given, ends before. */
  async waits(end: Promise<unknown> = new Promise(() => undefined)): Promise<void> {
    if (!(await this.waitsBefore(end))) {
      throw new Error("Nobody is waited for.");
    }
  }

  /** Whether this session waits for another one before its statement has ended. */
  async waitsBefore(end: Promise<unknown>): Promise<boolean> {
    const deadline = Date.now() + 50_000;
    let ended = false;
    void end.finally(() => (ended = true));
    while (!ended && Date.now() < deadline) {
      if ((await this.waitsFor()).length > 0) return true;
      await new Promise((resolve) => void setTimeout(resolve, 2));
    }
    return false;
  }

  /** The backends that this session waits for now. */
  async waitsFor(): Promise<number[]> {
    return await valueOf<number[]>(this.#owner, "select pg_blocking_pids($1)", [this.pid]);
  }
}

/** The SQL that holds seats of the theatre for whoever runs it. */
export function holdOf(seatNos: readonly number[], booking?: string, key?: string): string {
  const id = booking === undefined ? "null" : `'${booking}'`;
  const named = key === undefined ? "null" : `'${key}'`;
  return `(app_public.hold_seats(tests.id('theatre.performance'), tests.seats(${seatNos.join(", ")}), ${id}, ${named})).id`;
}

/** Two transactions, of which the second waits until the first has been committed: how both ended. */
export async function meet(
  first: readonly [Session, string],
  second: readonly [Session, string],
): Promise<Outcome[]> {
  await first[0].begin();
  const one = await first[0].run(first[1]);
  const other = second[0].once(second[1]);
  await second[0].waits(other);
  await first[0].commit();
  return [one, await other];
}

async function outcomeOf(query: Promise<pg.QueryResult<unknown[]>>): Promise<Outcome> {
  try {
    const { rows } = await query;
    return rows.flat();
  } catch (error) {
    if (error instanceof pg.DatabaseError) return error.code ?? error.message;
    throw error;
  }
}

async function valueOf<T>(
  client: pg.Client | pg.Pool,
  text: string,
  values: readonly unknown[] = [],
): Promise<T> {
  const { rows } = await client.query<[T]>({ text, values: [...values], rowMode: "array" });
  const row = rows[0];
  if (row === undefined) throw new Error(`No row: ${text}`);
  return row[0];
}
