import { randomBytes } from "node:crypto";
import type pg from "pg";
import type { Database } from "./database.ts";
import { RefusedError } from "./errors.ts";
import type { RequestSettings } from "./graphql/identity.ts";
import type { Passwords } from "./passwords.ts";
import { plainRecoveryCode, type Enrollment, type TwoFactor } from "./two-factor.ts";

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
  /** Six digits, for users with a second factor. */
  readonly code?: string | null;
  /** Instead of a code, when the telephone is lost. */
  readonly recoveryCode?: string | null;
}

/** A session that has just begun. Its token is known to nobody else. */
export interface NewSession {
  readonly token: string;
  readonly userId: string;
  readonly expiresAt: string;
}

interface Account {
  readonly user_id: string;
  readonly email: string;
  readonly password_hash: string;
}

interface StoredSecret {
  readonly userId: string;
  readonly encrypted: Buffer;
}

interface SessionRow {
  readonly user_id: string;
  readonly expires_at: string;
}

interface Credentials {
  readonly user_id: string;
  readonly password_hash: string;
  readonly locked_until: Date | null;
  readonly encrypted_secret: Buffer | null;
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
  readonly #twoFactor: TwoFactor;

  /** `limit` counts an attempt, and raises LMRTE after too many. `settings` are the request's own: from signing in on, it goes on as the user. */
  constructor(
    database: Database,
    passwords: Passwords,
    settings: RequestSettings,
    limit: () => Promise<void>,
    twoFactor: TwoFactor,
  ) {
    this.#database = database;
    this.#passwords = passwords;
    this.#settings = settings;
    this.#limit = limit;
    this.#twoFactor = twoFactor;
  }

  /** Opens an account and its first session, both or none. */
  async signUp(input: SignUp): Promise<NewSession> {
    await this.#limit();
    const passwordHash = await this.#passwords.hash(input.password);
    return await this.#open(input.device, "app_private.sign_up($5, $6, $7, $8, $9)", [
      input.email,
      passwordHash,
      input.firstName,
      input.lastName,
      newToken(),
    ]);
  }

  /** Opens a session. Who does not have the password cannot tell whether it was the address that is wrong. */
  async signIn(input: SignIn): Promise<NewSession> {
    const { email, password, device } = input;
    await this.#limit();
    const [known] = await this.#query<Credentials>(
      `select user_id, password_hash, locked_until, encrypted_secret
      from app_private.find_credentials($1)`,
      [email],
    );
    const isRight = await this.#passwords.verify(known?.password_hash, password);
    // A locked account answers as if there were none: only its owner learns of it, by mail.
    const isLocked = (known?.locked_until ?? new Date(0)) > new Date();
    if (!isRight || isLocked || known === undefined) {
      if (!isRight) await this.#query("select app_private.record_failed_sign_in($1)", [email]);
      throw new RefusedError("LMCRD", "There is no account with this address and password.", {
        hint: "Check both, or sign up. After ten wrong passwords an account rests for 15 minutes.",
      });
    }
    if (known.encrypted_secret !== null) {
      const secret = { userId: known.user_id, encrypted: known.encrypted_secret };
      if (!(await this.#useSecondFactor(secret, input))) {
        await this.#query("select app_private.record_failed_sign_in($1)", [email]);
        throw wrongCode();
      }
    }
    return await this.#open(device, "$5::uuid", [known.user_id]);
  }

  /** Sets a telephone up; nothing changes until `confirmTwoFactor`. Raises LMCRD, LMTFE, LMTFU, LMIMP. */
  async enrollTwoFactor(input: { readonly currentPassword: string }): Promise<Enrollment> {
    const account = await this.#requirePassword(input.currentPassword);
    const { shown, encrypted } = this.#twoFactor.enroll(account.user_id, account.email);
    await this.#query("select app_private.enroll_two_factor($1)", [encrypted], "the user");
    return shown;
  }

  /** From now on signing in takes a code. Returns recovery codes, shown once. Raises LMTFC, LMTFE, LMIMP. */
  async confirmTwoFactor({ code }: { readonly code: string }): Promise<readonly string[]> {
    await this.#limit();
    const secret = await this.#currentSecret();
    if (secret === undefined || !(await this.#useSecondFactor(secret, { code }))) throw wrongCode();
    const codes = this.#twoFactor.recoveryCodes();
    await this.#query("select app_private.confirm_two_factor($1)", [codes], "the user");
    return codes;
  }

  /** Signing in takes the password alone again. Raises LMCRD, LMTFA, LMTFC, LMIMP. */
  async removeTwoFactor(
    input: { readonly currentPassword: string } & Pick<SignIn, "code" | "recoveryCode">,
  ): Promise<boolean> {
    await this.#requirePassword(input.currentPassword);
    const secret = await this.#currentSecret();
    if (secret !== undefined && !(await this.#useSecondFactor(secret, input))) throw wrongCode();
    await this.#query("select app_private.remove_two_factor()", [], "the user");
    return true;
  }

  async #currentSecret(): Promise<StoredSecret | undefined> {
    const [row] = await this.#query<{ user_id: string; encrypted_secret: Buffer }>(
      "select user_id, encrypted_secret from app_private.current_two_factor()",
      [],
      "the user",
    );
    return row && { userId: row.user_id, encrypted: row.encrypted_secret };
  }

  /** Whether a code was right and is used up now. Raises LMTFA when there was none. */
  async #useSecondFactor(
    { userId, encrypted }: StoredSecret,
    { code, recoveryCode }: Pick<SignIn, "code" | "recoveryCode">,
  ): Promise<boolean> {
    const used = async (call: string, value: unknown): Promise<boolean> => {
      const [row] = await this.#query<{ used: boolean }>(
        `select app_private.${call}($1, $2) as used`,
        [userId, value],
      );
      return row?.used ?? false;
    };
    if (code != null) {
      const step = this.#twoFactor.timeStep(encrypted, userId, code);
      return step !== undefined && (await used("use_time_step", step));
    }
    if (recoveryCode != null) return used("use_recovery_code", plainRecoveryCode(recoveryCode));
    throw new RefusedError("LMTFA", "Your account needs a code, too.", {
      hint: "Send the six digits of your app as code, or a recovery code as recoveryCode.",
    });
  }

  /** Gives this request's session another token and 30 more days. Raises LMAUT, LMSES. */
  async refreshSession(): Promise<NewSession> {
    const token = newToken();
    const [session] = await this.#query<SessionRow>(
      `select s.user_id, to_json(s.expires_at) #>> '{}' as expires_at
      from app_private.refresh_session($1) as s`,
      [token],
      "the user",
    );
    return this.#begun(session, token);
  }

  /** Mails another token that proves the user's address. Raises LMAUT, LMSES. */
  async requestEmailVerification(): Promise<boolean> {
    const text = "select app_private.request_email_verification($1)";
    await this.#query(text, [newToken()], "the user");
    return true;
  }

  /** Mails a token for a new password, if the address has an account: nobody else learns whether it has. */
  async requestPasswordReset({ email }: { readonly email: string }): Promise<boolean> {
    await this.#limit();
    await this.#query("select app_private.request_password_reset($1, $2)", [email, newToken()]);
    return true;
  }

  /** Sets a new password with a mailed token; all sessions end. Raises LMTOK, LMPWD. */
  async resetPassword({
    token,
    password,
  }: {
    readonly token: string;
    readonly password: string;
  }): Promise<boolean> {
    await this.#limit();
    const hash = await this.#passwords.hash(password);
    await this.#query("select app_private.reset_password($1, $2)", [token, hash]);
    return true;
  }

  /** Sets a new password; the user's other sessions end. Raises LMCRD for a wrong old one, LMPWD. */
  async changePassword(input: {
    readonly currentPassword: string;
    readonly newPassword: string;
  }): Promise<boolean> {
    await this.#requirePassword(input.currentPassword);
    const hash = await this.#passwords.hash(input.newPassword);
    await this.#query("select app_private.change_password($1)", [hash], "the user");
    return true;
  }

  /** Mails a token to a new address, which becomes the account's when it comes back. Raises LMCRD, LMINP. */
  async requestEmailChange(input: {
    readonly email: string;
    readonly currentPassword: string;
  }): Promise<boolean> {
    await this.#requirePassword(input.currentPassword);
    const values = [input.email, newToken()];
    await this.#query("select app_private.request_email_change($1, $2)", values, "the user");
    return true;
  }

  /** Closes the account for good. Raises LMCRD, LMOPN, LMOWN. */
  async closeAccount(input: { readonly currentPassword: string }): Promise<boolean> {
    await this.#requirePassword(input.currentPassword);
    await this.#query("select app_private.close_account()", [], "the user");
    return true;
  }

  /** A session that was left open must not be enough to take an account over. */
  async #requirePassword(password: string): Promise<Account> {
    await this.#limit();
    const [account] = await this.#query<Account>(
      "select user_id, email, password_hash from app_private.current_account()",
      [],
      "the user",
    );
    const isRight = await this.#passwords.verify(account?.password_hash, password);
    if (isRight && account !== undefined) return account;
    throw new RefusedError("LMCRD", "This is not your password.", { detail: "currentPassword" });
  }

  async #open(
    device: string | null | undefined,
    userId: string,
    values: readonly string[],
  ): Promise<NewSession> {
    const token = newToken();
    const settings = this.#settings;
    const [session] = await this.#query<SessionRow>(
      `select s.user_id, to_json(s.expires_at) #>> '{}' as expires_at
      from app_private.open_session(${userId}, $1, $2, $3::inet, $4) as s`,
      [token, device ?? null, settings["lml.ip_address"], settings["lml.user_agent"], ...values],
    );
    return this.#begun(session, token);
  }

  /** The rest of the request goes on as the user of the session that has just begun. */
  #begun(session: SessionRow | undefined, token: string): NewSession {
    if (session === undefined) throw new Error("A session that was opened is not there.");
    Object.assign(this.#settings, { role: "lml_user", "lml.session_token": token });
    return { token, userId: session.user_id, expiresAt: session.expires_at };
  }

  /** As the login role, but with what the audit log wants to know of the request; as nobody unless told otherwise. */
  async #query<Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[],
    as: "nobody" | "the user" = "nobody",
  ): Promise<Row[]> {
    const { role: _role, "lml.session_token": token, ...rest } = this.#settings;
    const settings = as === "nobody" ? rest : { ...rest, "lml.session_token": token ?? "" };
    return await this.#database.transaction(settings, async (client) => {
      const { rows } = await client.query<Row>(text, [...values]);
      return rows;
    });
  }
}

function wrongCode(): RefusedError {
  return new RefusedError("LMTFC", "This code is wrong, out of time, or was used.", {
    hint: "Wait for the next one.",
  });
}

/** 32 random bytes: nobody guesses it, and the database stores only its hash. */
function newToken(): string {
  return randomBytes(32).toString("base64url");
}
