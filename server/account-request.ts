import type pg from "pg";
import type { Database } from "./database.ts";
import { publicError } from "./errors.ts";
import type { RequestSettings } from "./graphql/identity.ts";
import { newToken } from "./tokens.ts";

/** A session that has just begun. Its token is known to nobody else. */
export interface NewSession {
  readonly token: string;
  readonly userId: string;
  readonly expiresAt: string;
  /** What lets this device do without a code, when that was asked for. Known to nobody else, either. */
  readonly deviceToken?: string | undefined;
}

/** What is tried, and counted by address: the kinds of the database. */
export type AttemptKind = "sign_in" | "sign_up" | "second_factor" | "mailed_token" | "password";

/** The account of whoever is signed in. */
export interface Account {
  readonly user_id: string;
  readonly email: string;
  readonly password_hash: string;
  readonly locked_until: Date | null;
}

/** A session, as the database tells of one that it has opened. */
export interface SessionRow {
  readonly user_id: string;
  readonly expires_at: string;
}

/**
 * What the database does about accounts for one request: its functions are granted to the login role alone, so nothing
 * that GraphQL can say reaches them.
 */
export class AccountRequest {
  readonly #database: Database;
  readonly #settings: RequestSettings;
  /** Counts an attempt in this process, and raises LMRTE after too many. */
  readonly limit: () => Promise<void>;

  /** `settings` are the request's own: from signing in on, it goes on as the user. */
  constructor(database: Database, settings: RequestSettings, limit: () => Promise<void>) {
    this.#database = database;
    this.#settings = settings;
    this.limit = limit;
  }

  /**
   * Counts an attempt before it is made, so that many at once are many, and takes it back unless it failed at proving
   * who somebody is. The database counts for all processes, this one in a minute; either raises LMRTE.
   */
  async attempt<T>(
    kind: AttemptKind,
    action: () => Promise<T>,
    counted: "first" | "again" = "first",
  ): Promise<T> {
    await this.count(kind, counted);
    const takeBack = (): Promise<unknown> =>
      this.query("select app_private.return_attempt($1, $2::inet)", [kind, this.#address]);
    try {
      const result = await action();
      await takeBack();
      return result;
    } catch (error) {
      const code = publicError(error)?.code;
      if (code === "LMTOK") await this.recordFailure(kind, null);
      if (!failures.has(code)) await takeBack().catch(() => undefined);
      throw error;
    }
  }

  /** Counts an attempt: what cannot be taken back. */
  async count(kind: AttemptKind, counted: "first" | "again" = "first"): Promise<void> {
    if (counted === "first") await this.limit();
    await this.query("select app_private.count_attempt($1, $2::inet)", [kind, this.#address]);
  }

  /** Writes an attempt down that failed, for whoever looks into them. */
  async recordFailure(kind: AttemptKind, userId: string | null): Promise<void> {
    await this.query("select app_private.record_failed_attempt($1, $2)", [kind, userId]);
  }

  get #address(): string | undefined {
    return this.#settings["lml.ip_address"] || undefined;
  }

  /** The account of whoever is signed in, with what proves a password. */
  async currentAccount(): Promise<Account | undefined> {
    const [account] = await this.query<Account>(
      "select user_id, email, password_hash, locked_until from app_private.current_account()",
      [],
      "the user",
    );
    return account;
  }

  /** Opens a session by a call that has its token, the device, the address and the user agent as $1 to $4. */
  async open(
    call: string,
    device: string | null | undefined,
    values: readonly unknown[],
  ): Promise<NewSession> {
    const token = newToken();
    const [session] = await this.query<SessionRow>(
      `select s.user_id, to_json(s.expires_at) #>> '{}' as expires_at from ${call} as s`,
      [token, device ?? null, this.#address, this.#settings["lml.user_agent"], ...values],
    );
    return this.begun(session, token);
  }

  /** The rest of the request goes on as the user of the session that has just begun. */
  begun(session: SessionRow | undefined, token: string): NewSession {
    if (session === undefined) throw new Error("A session that was opened is not there.");
    Object.assign(this.#settings, { role: "lml_user", "lml.session_token": token });
    return { token, userId: session.user_id, expiresAt: session.expires_at };
  }

  /** As the login role, but with what the audit log wants to know of the request; as nobody unless told otherwise. */
  async query<Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[],
    as: "nobody" | "the user" = "nobody",
  ): Promise<Row[]> {
    const { role: _role, "lml.session_token": token, ...rest } = this.#settings;
    const settings = as === "nobody" ? rest : { ...rest, "lml.session_token": token ?? "" };
    return await this.#database.query<Row>(settings, { text, values });
  }
}

/** What counts as a failure of whoever tries: all else is no proof of anything. */
const failures: ReadonlySet<string | undefined> = new Set(["LMCRD", "LMTFC", "LMTOK"]);

/** Whether an account rests, after ten wrong passwords or codes. */
export function isLocked(account: { readonly locked_until: Date | null } | undefined): boolean {
  return (account?.locked_until ?? new Date(0)) > new Date();
}
