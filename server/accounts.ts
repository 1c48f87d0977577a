import { setTimeout } from "node:timers/promises";
import {
  isLocked,
  type Account,
  type AccountRequest,
  type NewSession,
  type SessionRow,
} from "./account-request.ts";
import { RefusedError } from "./errors.ts";
import type { Passwords } from "./passwords.ts";
import { SecondFactor, wrongCode, type SecondFactorProof } from "./second-factor.ts";
import { newToken } from "./tokens.ts";
import type { Enrollment, TwoFactor } from "./two-factor.ts";

/** What asks for an account. */
export interface SignUp {
  readonly email: string;
  readonly password: string;
  readonly firstName: string;
  readonly lastName: string;
}

/** What opens the account that was asked for. */
export interface CompleteSignUp {
  /** What was mailed: whoever has it has the mailbox. */
  readonly token: string;
  /** What was chosen: whoever has it is who asked. */
  readonly password: string;
  readonly device?: string | null;
}

/** What proves who somebody is. */
export interface SignIn extends SecondFactorProof {
  readonly email: string;
  readonly password: string;
  readonly device?: string | null;
  /** Instead of the second factor, on a device that is trusted. */
  readonly deviceToken?: string | null;
  /** Whether this device needs no code from now on, for 30 days. */
  readonly trustDevice?: boolean | null;
}

interface Credentials {
  readonly user_id: string;
  readonly password_hash: string;
  readonly locked_until: Date | null;
  readonly encrypted_secret: Buffer | null;
}

/**
 * Signs people up and in, for one request. The server makes the token and hashes the password; the database stores and
 * decides.
 */
export class Accounts {
  readonly #request: AccountRequest;
  readonly #passwords: Passwords;
  readonly #twoFactor: TwoFactor;
  readonly #secondFactor: SecondFactor;

  constructor(request: AccountRequest, passwords: Passwords, twoFactor: TwoFactor) {
    this.#request = request;
    this.#passwords = passwords;
    this.#twoFactor = twoFactor;
    this.#secondFactor = new SecondFactor(request, twoFactor);
  }

  /**
   * Asks for an account. The answer is the same, and takes as long, whether the address has one or not: what comes of it
   * is mailed. Raises LMINP, LMPWD, LMRTE.
   */
  async signUp(input: SignUp): Promise<boolean> {
    await this.#request.count("sign_up");
    const about = [input.email, input.firstName, input.lastName];
    const passwordHash = await this.#passwords.hash(input.password, about);
    await this.#request.query("select app_private.sign_up($1, $2, $3, $4, $5)", [
      input.email,
      passwordHash,
      input.firstName,
      input.lastName,
      newToken(),
    ]);
    return true;
  }

  /** Opens the account that was asked for, and its first session, both or none. Raises LMTOK, LMCRD, LMRTE. */
  async completeSignUp({ token, password, device }: CompleteSignUp): Promise<NewSession> {
    return await this.#request.attempt("mailed_token", async () => {
      const [asked] = await this.#request.query<Pick<Account, "password_hash">>(
        "select password_hash from app_private.find_sign_up($1)",
        [token],
      );
      const isRight = await this.#passwords.verify(asked?.password_hash, password);
      if (asked === undefined) throw badLink();
      if (!isRight) {
        await this.#request.recordFailure("mailed_token", null);
        throw wrongPassword("password");
      }
      return await this.#request.open(
        `app_private.open_session(app_private.complete_sign_up($5), $1, $2, $3::inet, $4)`,
        device,
        [token],
      );
    });
  }

  /** Opens a session. Who does not have the password cannot tell whether it was the address that is wrong. */
  async signIn(input: SignIn): Promise<NewSession> {
    return await this.#request.attempt("sign_in", async () => {
      const { email, password } = input;
      const refusedAfter = evenTime();
      const [known] = await this.#request.query<Credentials>(
        `select user_id, password_hash, locked_until, encrypted_secret
        from app_private.find_credentials($1)`,
        [email],
      );
      const isRight = await this.#passwords.verify(known?.password_hash, password);
      // A locked account answers as if there were none, also for the right password, which writes what a wrong one
      // writes: only its owner learns of it, by mail.
      if (!isRight || isLocked(known) || known === undefined) {
        await this.#request.query("select app_private.record_failed_sign_in($1)", [email]);
        await refusedAfter;
        throw new RefusedError("LMCRD", "There is no account with this address and password.", {
          hint: "Check both, or sign up. After ten wrong passwords an account rests for 15 minutes.",
        });
      }
      return known.encrypted_secret === null
        ? await this.#enter(known, input)
        : await this.#request.attempt("second_factor", () => this.#enter(known, input), "again");
    });
  }

  /** The password was right. What is left is the second factor, or a device that stands for it. */
  async #enter(known: Credentials, input: SignIn): Promise<NewSession> {
    const { code, recoveryCode, deviceToken, trustDevice } = input;
    const { encrypted_secret: encrypted, user_id: userId } = known;
    const hasTwo = encrypted !== null;
    const byDevice = hasTwo && code == null && recoveryCode == null && deviceToken != null;
    if (hasTwo && !byDevice) {
      if (!(await this.#secondFactor.use({ userId, encrypted }, input))) {
        await this.#request.query("select app_private.record_failed_sign_in($1, 'second_factor')", [
          input.email,
        ]);
        throw wrongCode();
      }
    }
    const newDeviceToken = hasTwo && !byDevice && trustDevice === true ? newToken() : undefined;
    const session = await this.#request.open(
      "app_private.sign_in($5, $6, $1, $2, $3::inet, $4, $7, $8)",
      input.device,
      [userId, known.password_hash, byDevice ? deviceToken : null, newDeviceToken ?? null],
    );
    return { ...session, deviceToken: newDeviceToken };
  }

  /**
   * Lets staff act in somebody's name, for an hour. It takes their password: a session that was left open is not enough.
   * Raises LMCRD, LMRGT, LMNFD, LMSTF, LMLCK, LMINP, LMIMP.
   */
  async startImpersonation(input: {
    readonly userId: string;
    readonly reason: string;
    readonly currentPassword: string;
  }): Promise<NewSession> {
    await this.#requirePassword(input.currentPassword);
    const token = newToken();
    const [session] = await this.#request.query<SessionRow>(
      `select s.user_id, to_json(s.expires_at) #>> '{}' as expires_at
      from app_private.start_impersonation($1, $2, $3) as s`,
      [input.userId, input.reason, token],
      "the user",
    );
    return this.#request.begun(session, token);
  }

  /** Sets a telephone up; nothing changes until `confirmTwoFactor`. Raises LMCRD, LMTFE, LMTFU, LMIMP. */
  async enrollTwoFactor(input: { readonly currentPassword: string }): Promise<Enrollment> {
    const account = await this.#requirePassword(input.currentPassword);
    const { shown, encrypted } = this.#twoFactor.enroll(account.user_id, account.email);
    await this.#request.query("select app_private.enroll_two_factor($1)", [encrypted], "the user");
    return shown;
  }

  /** From now on signing in takes a code. Returns recovery codes, shown once. Raises LMTFC, LMTFE, LMIMP. */
  async confirmTwoFactor({ code }: { readonly code: string }): Promise<readonly string[]> {
    const secret = await this.#secondFactor.current();
    await this.#request.attempt("second_factor", async () => {
      if (secret === undefined) throw wrongCode();
      await this.#secondFactor.require(secret, { code });
    });
    const codes = this.#twoFactor.recoveryCodes();
    await this.#request.query("select app_private.confirm_two_factor($1)", [codes], "the user");
    return codes;
  }

  /** Signing in takes the password alone again. Raises LMCRD, LMTFA, LMTFC, LMIMP. */
  async removeTwoFactor(
    input: { readonly currentPassword: string } & SecondFactorProof,
  ): Promise<boolean> {
    await this.#requirePassword(input.currentPassword);
    const secret = await this.#secondFactor.current();
    if (secret !== undefined) {
      await this.#request.attempt("second_factor", () => this.#secondFactor.require(secret, input));
    }
    await this.#request.query("select app_private.remove_two_factor()", [], "the user");
    return true;
  }

  /** Gives this request's session another token and 30 more days. Raises LMAUT, LMSES. */
  async refreshSession(): Promise<NewSession> {
    const token = newToken();
    const [session] = await this.#request.query<SessionRow>(
      `select s.user_id, to_json(s.expires_at) #>> '{}' as expires_at
      from app_private.refresh_session($1) as s`,
      [token],
      "the user",
    );
    return this.#request.begun(session, token);
  }

  /** Mails another token that proves the user's address. Raises LMAUT, LMSES. */
  async requestEmailVerification(): Promise<boolean> {
    const text = "select app_private.request_email_verification($1)";
    await this.#request.query(text, [newToken()], "the user");
    return true;
  }

  /** Proves an address with a mailed token. Raises LMTOK, LMRTE. */
  async verifyEmail({ token }: { readonly token: string }): Promise<{ verified: boolean }> {
    await this.#useToken("verify_email($1)", [token]);
    return { verified: true };
  }

  /** Makes the address that a token was mailed to the account's. Raises LMTOK, LMRTE. */
  async confirmEmailChange({ token }: { readonly token: string }): Promise<{ changed: boolean }> {
    await this.#useToken("confirm_email_change($1)", [token]);
    return { changed: true };
  }

  /** Mails a token for a new password, if the address has an account: nobody else learns whether it has. */
  async requestPasswordReset({ email }: { readonly email: string }): Promise<boolean> {
    await this.#request.limit();
    await inEvenTime(
      this.#request.query("select app_private.request_password_reset($1, $2)", [email, newToken()]),
    );
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
    return await this.#request.attempt("mailed_token", async () => {
      const [owner] = await this.#request.query<{ email: string | null }>(
        "select app_private.email_of_reset_token($1) as email",
        [token],
      );
      const hash = await this.#passwords.hash(password, [owner?.email ?? ""]);
      await this.#request.query("select app_private.reset_password($1, $2)", [token, hash]);
      return true;
    });
  }

  /** Sets a new password; the user's other sessions end. Raises LMCRD for a wrong old one, LMPWD. */
  async changePassword(input: {
    readonly currentPassword: string;
    readonly newPassword: string;
  }): Promise<boolean> {
    const { email } = await this.#requirePassword(input.currentPassword);
    const hash = await this.#passwords.hash(input.newPassword, [email]);
    await this.#request.query("select app_private.change_password($1)", [hash], "the user");
    return true;
  }

  /** Mails a token to a new address, which becomes the account's when it comes back. Raises LMCRD, LMINP. */
  async requestEmailChange(input: {
    readonly email: string;
    readonly currentPassword: string;
  }): Promise<boolean> {
    await this.#requirePassword(input.currentPassword);
    const values = [input.email, newToken()];
    await inEvenTime(
      this.#request.query("select app_private.request_email_change($1, $2)", values, "the user"),
    );
    return true;
  }

  /** Closes the account for good. Raises LMCRD, LMOPN, LMOWN. */
  async closeAccount(input: { readonly currentPassword: string }): Promise<boolean> {
    await this.#requirePassword(input.currentPassword);
    await this.#request.query("select app_private.close_account()", [], "the user");
    return true;
  }

  /** Closes the account for good, and has a job forget the person. Raises LMCRD, LMOPN, LMOWN, LMIMP. */
  async requestErasure(input: { readonly currentPassword: string }): Promise<boolean> {
    await this.#requirePassword(input.currentPassword);
    await this.#request.query("select app_private.request_erasure()", [], "the user");
    return true;
  }

  /** A session that was left open must not be enough to take an account over, nor to guess for long. */
  async #requirePassword(password: string): Promise<Account> {
    return await this.#request.attempt("password", async () => {
      const account = await this.#request.currentAccount();
      const isRight = await this.#passwords.verify(account?.password_hash, password);
      if (isRight && account !== undefined && !isLocked(account)) return account;
      // Also for the right one of a locked account: an answer that comes sooner would tell which it is.
      if (account !== undefined) {
        await this.#request.query("select app_private.record_failed_sign_in($1, 'password')", [
          account.email,
        ]);
      }
      throw wrongPassword("currentPassword");
    });
  }

  /** Brings a mailed token to a function that uses it up. */
  async #useToken(call: string, values: readonly unknown[]): Promise<void> {
    await this.#request.attempt("mailed_token", async () => {
      await this.#request.query(`select app_private.${call}`, values);
    });
  }
}

/** How long an answer takes at least that must not tell by its time what was written. */
const evenMs = 250;

/** Writing a token and a mail takes a millisecond more than writing nothing, which a few hundred questions would tell. */
async function inEvenTime(action: Promise<unknown>): Promise<void> {
  await Promise.all([action, evenTime()]);
}

/** Resolves when that time is over. Whoever does not wait for it is not kept waiting. */
function evenTime(): Promise<void> {
  return setTimeout(evenMs, undefined, { ref: false });
}

function wrongPassword(detail: string): RefusedError {
  return new RefusedError("LMCRD", "This is not your password.", { detail });
}

function badLink(): RefusedError {
  return new RefusedError("LMTOK", "This link is not good, or not any more.", {
    hint: "Ask for a new one.",
  });
}
