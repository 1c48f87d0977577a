import { randomBytes } from "node:crypto";
import type pg from "pg";
import type { Database } from "./database.ts";
import { RefusedError } from "./errors.ts";
import type { RequestSettings } from "./graphql/identity.ts";
import type { Passwords } from "./passwords.ts";

/** What opens an account. */
export interface SignUp {
  readonly email: string;
  readonly password: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly device?: string | null;
}

/** What proves who somebody is. */
export interface SignIn {
  readonly email: string;
  readonly password: string;
  readonly device?: string | null;
}

/** A session that has just begun. Its token is known to nobody else. */
export interface NewSession {
  readonly token: string;
  readonly userId: string;
  readonly expiresAt: string;
}

interface Credentials {
  readonly user_id: string;
  readonly password_hash: string;
  readonly locked_until: Date | null;
}

/**
 * Signs people up and in, for one request. The server makes the token and hashes the password; the database stores and
 * decides. Its functions are granted to the login role alone, so nothing that GraphQL can say reaches them.
 */
export class Accounts {
  readonly #database: Database;
  readonly #passwords: Passwords;
  readonly #settings: RequestSettings;
  readonly #limit: () => Promise<void>;

  /** `limit` counts an attempt, and raises LMRTE after too many. `settings` are the request's own: from signing in on, it goes on as the user. */
  constructor(
    database: Database,
    passwords: Passwords,
    settings: RequestSettings,
    limit: () => Promise<void>,
  ) {
    this.#database = database;
    this.#passwords = passwords;
    this.#settings = settings;
    this.#limit = limit;
  }

  /** Opens an account and its first session, both or none. */
  async signUp(input: SignUp): Promise<NewSession> {
    await this.#limit();
    const passwordHash = await this.#passwords.hash(input.password);
    return await this.#open(input.device, "app_private.register_user($5, $6, $7, $8)", [
      input.email,
      passwordHash,
      input.firstName,
      input.lastName,
    ]);
  }

  /** Opens a session. Who does not have the password cannot tell whether it was the address that is wrong. */
  async signIn({ email, password, device }: SignIn): Promise<NewSession> {
    await this.#limit();
    const [known] = await this.#query<Credentials>(
      "select user_id, password_hash, locked_until from app_private.find_credentials($1)",
      [email],
    );
    const lockedUntil = known?.locked_until ?? null;
    if (lockedUntil !== null && lockedUntil > new Date()) {
      throw new RefusedError("LMLCK", "This account is locked after too many wrong passwords.", {
        detail: lockedUntil.toISOString(),
        hint: "Try again then.",
      });
    }
    if (!(await this.#passwords.verify(known?.password_hash, password)) || known === undefined) {
      await this.#query("select app_private.record_failed_sign_in($1)", [email]);
      throw new RefusedError("LMCRD", "There is no account with this address and password.", {
        hint: "Check both, or sign up.",
      });
    }
    return await this.#open(device, "$5::uuid", [known.user_id]);
  }

  async #open(
    device: string | null | undefined,
    userId: string,
    values: readonly string[],
  ): Promise<NewSession> {
    const token = randomBytes(32).toString("base64url");
    const settings = this.#settings;
    const [session] = await this.#query<{ user_id: string; expires_at: string }>(
      `select s.user_id, to_json(s.expires_at) #>> '{}' as expires_at
      from app_private.open_session(${userId}, $1, $2, $3::inet, $4) as s`,
      [token, device ?? null, settings["lml.ip_address"], settings["lml.user_agent"], ...values],
    );
    if (session === undefined) throw new Error("A session that was opened is not there.");
    Object.assign(settings, { role: "lml_user", "lml.session_token": token });
    return { token, userId: session.user_id, expiresAt: session.expires_at };
  }

  async #query<Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    // As the login role, but with what the audit log wants to know of the request.
    const { role: _role, "lml.session_token": _token, ...settings } = this.#settings;
    return await this.#database.transaction(settings, async (client) => {
      const { rows } = await client.query<Row>(text, [...values]);
      return rows;
    });
  }
}
