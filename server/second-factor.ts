import { isLocked, type AccountRequest } from "./account-request.ts";
import { RefusedError } from "./errors.ts";
import { plainRecoveryCode, type TwoFactor } from "./two-factor.ts";

/** The secret of a second factor as the database keeps it. */
export interface StoredSecret {
  readonly userId: string;
  readonly encrypted: Buffer;
}

/** What proves that somebody has the second factor: six digits or, when the telephone is lost, a recovery code. */
export interface SecondFactorProof {
  readonly code?: string | null;
  readonly recoveryCode?: string | null;
}

/** Asks for the second factor of an account, for one request. */
export class SecondFactor {
  readonly #request: AccountRequest;
  readonly #twoFactor: TwoFactor;

  constructor(request: AccountRequest, twoFactor: TwoFactor) {
    this.#request = request;
    this.#twoFactor = twoFactor;
  }

  /** The secret of whoever is signed in, confirmed or not yet. */
  async current(): Promise<StoredSecret | undefined> {
    const [row] = await this.#request.query<{ user_id: string; encrypted_secret: Buffer }>(
      "select user_id, encrypted_secret from app_private.current_two_factor()",
      [],
      "the user",
    );
    return row && { userId: row.user_id, encrypted: row.encrypted_secret };
  }

  /** As at sign-in: ten wrong codes lock the account, and then no code is looked at for a quarter of an hour. */
  async require(secret: StoredSecret, input: SecondFactorProof): Promise<void> {
    const account = await this.#request.currentAccount();
    if (account === undefined || isLocked(account)) throw wrongCode();
    if (await this.use(secret, input)) return;
    await this.#request.query("select app_private.record_failed_sign_in($1, 'second_factor')", [
      account.email,
    ]);
    throw wrongCode();
  }

  /** Whether a code was right and is used up now. Raises LMTFA when there was none. */
  async use(
    { userId, encrypted }: StoredSecret,
    { code, recoveryCode }: SecondFactorProof,
  ): Promise<boolean> {
    const used = async (call: string, value: unknown): Promise<boolean> => {
      const [row] = await this.#request.query<{ used: boolean }>(
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
}

/** The refusal of a code, whatever is wrong with it. */
export function wrongCode(): RefusedError {
  return new RefusedError("LMTFC", "This code is wrong, out of time, or was used.", {
    hint: "Wait for the next one.",
  });
}
