import { Caller } from "../caller.ts";
import {
  ChangePasswordDocument,
  ClaimCartDocument,
  CloseAccountDocument,
  CompleteSignUpDocument,
  ConfirmEmailChangeDocument,
  ConfirmTwoFactorDocument,
  CurrentUserDocument,
  EnrollTwoFactorDocument,
  RefreshSessionDocument,
  RemoveTwoFactorDocument,
  RequestEmailChangeDocument,
  RequestEmailVerificationDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
  RevokeSessionDocument,
  RevokeTrustedDeviceDocument,
  SessionsDocument,
  type SessionsQuery,
  SignInDocument,
  SignOutDocument,
  SignOutEverywhereDocument,
  SignUpDocument,
  TrustedDevicesDocument,
  type TrustedDevicesQuery,
  UpdateProfileDocument,
  VerifyEmailDocument,
} from "../generated.ts";
import { type Ref, type Session, type User, idOf } from "../models.ts";
import { NOTHING, all } from "../pages.ts";
import { type CallOptions, present } from "../transport.ts";

/** Where a user is signed in, or was. */
export type SignedInDevice = NonNullable<SessionsQuery["currentUser"]>["sessions"]["nodes"][number];

/** Where a user signs in without a code, or did. */
export type TrustedDevice = NonNullable<
  TrustedDevicesQuery["currentUser"]
>["trustedDevices"]["nodes"][number];

/** An account, and being signed in to it. */
export abstract class AccountCalls extends Caller {
  /**
   * Asks for an account. The password has 10 to 256 characters. The answer is the same whether the address has an
   * account or not: what comes of it is mailed, mostly a token for {@link completeSignUp}.
   *
   * @throws WeakPasswordError, InvalidInputError, TooManyRequestsError
   */
  async signUp(
    input: {
      readonly email: string;
      readonly password: string;
      readonly firstName: string;
      readonly lastName: string;
    },
    options?: CallOptions,
  ): Promise<void> {
    await this.call(SignUpDocument, { input }, options);
  }

  /**
   * Opens the account that was asked for, with the token that was mailed and the password that was chosen, and signs
   * in. Not repeated when its answer is lost: the account is there then, so sign in.
   *
   * @throws MailedTokenError, WrongCredentialsError, TooManyRequestsError
   */
  async completeSignUp(
    input: {
      readonly token: string;
      readonly password: string;
      readonly device?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<Session> {
    const data = await this.callOnce(CompleteSignUpDocument, { input }, options);
    return await this.#beginWithCart(present(data.completeSignUp), options);
  }

  /**
   * Signs in for 30 days; the calls that follow are this user's. Not repeated when its answer is
   * lost, because each attempt would leave a session behind.
   *
   * @throws WrongCredentialsError, CodeNeededError, WrongCodeError, AccountLockedError
   */
  async signIn(
    input: {
      readonly email: string;
      readonly password: string;
      readonly device?: string | undefined;
      /** Six digits of the app, for users with a second factor. */
      readonly code?: string | undefined;
      /** Instead of a code, when the telephone is lost. */
      readonly recoveryCode?: string | undefined;
      /** Instead of either, on a device that is trusted. */
      readonly deviceToken?: string | undefined;
      /** Whether this device needs no code from now on, for 30 days: keep the session's `deviceToken`. */
      readonly trustDevice?: boolean | undefined;
    },
    options?: CallOptions,
  ): Promise<Session & { readonly deviceToken: string | null }> {
    const data = await this.callOnce(SignInDocument, { input }, options);
    const session = present(data.signIn);
    return {
      ...(await this.#beginWithCart(session, options)),
      deviceToken: session.deviceToken,
    };
  }

  /** Ends the session at once, here and at the server. False when there was none any more. */
  async signOut(options?: CallOptions): Promise<boolean> {
    const data = await this.call(SignOutDocument, {}, options);
    this.endSession();
    return present(data.signOut).signedOut;
  }

  /** Ends all sessions of the user, this one too; returns how many. */
  async signOutEverywhere(options?: CallOptions): Promise<number> {
    const data = await this.call(SignOutEverywhereDocument, {}, options);
    this.endSession();
    return present(data.signOutEverywhere?.sessionsEnded ?? null);
  }

  /** Where the user is signed in, and was. */
  async sessions(options?: CallOptions): Promise<readonly SignedInDevice[]> {
    return await all(async (after) => {
      const data = await this.call(SessionsDocument, { after }, options);
      return data.currentUser?.sessions ?? NOTHING;
    });
  }

  /**
   * Ends one session of the user's at once.
   *
   * @throws NotFoundError, NotSignedInError, SessionEndedError
   */
  async revokeSession(session: Ref, options?: CallOptions): Promise<void> {
    const sessionId = idOf(session);
    await this.call(RevokeSessionDocument, { sessionId }, options);
  }

  /**
   * Another token for this session, good for 30 more days; the old one is dead. Not repeated when its
   * answer is lost: then the session is lost too, and the user signs in again.
   *
   * @throws NotSignedInError, SessionEndedError
   */
  async refreshSession(options?: CallOptions): Promise<Session> {
    const data = await this.callOnce(RefreshSessionDocument, {}, options);
    return this.beginSession(present(data.refreshSession));
  }

  /**
   * Proves the address that a token was mailed to. Needs no session.
   *
   * @throws MailedTokenError
   */
  async verifyEmail(token: string, options?: CallOptions): Promise<void> {
    await this.callOnce(VerifyEmailDocument, { token }, options);
  }

  /** Has another token mailed that proves the user's address; within a minute of the last one, none. */
  async requestEmailVerification(options?: CallOptions): Promise<void> {
    await this.call(RequestEmailVerificationDocument, {}, options);
  }

  /**
   * Has a token for a new password mailed, if the address has an account. Nobody learns whether it has.
   *
   * @throws TooManyRequestsError
   */
  async requestPasswordReset(
    input: { readonly email: string },
    options?: CallOptions,
  ): Promise<void> {
    await this.call(RequestPasswordResetDocument, { input }, options);
  }

  /**
   * Sets a new password with a mailed token. All sessions end.
   *
   * @throws MailedTokenError, WeakPasswordError
   */
  async resetPassword(
    input: { readonly token: string; readonly password: string },
    options?: CallOptions,
  ): Promise<void> {
    await this.callOnce(ResetPasswordDocument, { input }, options);
  }

  /**
   * Sets a new password. The user's other sessions end.
   *
   * @throws WrongCredentialsError, WeakPasswordError, NotSignedInError, SessionEndedError, ImpersonationError
   */
  async changePassword(
    input: { readonly currentPassword: string; readonly newPassword: string },
    options?: CallOptions,
  ): Promise<void> {
    await this.callOnce(ChangePasswordDocument, { input }, options);
  }

  /**
   * Has a token mailed to a new address, which becomes the account's with `confirmEmailChange`.
   *
   * @throws WrongCredentialsError, InvalidInputError, NotSignedInError, SessionEndedError, ImpersonationError
   */
  async requestEmailChange(
    input: { readonly email: string; readonly currentPassword: string },
    options?: CallOptions,
  ): Promise<void> {
    await this.call(RequestEmailChangeDocument, { input }, options);
  }

  /**
   * Makes the address that a token was mailed to the account's. Needs no session.
   *
   * @throws MailedTokenError
   */
  async confirmEmailChange(token: string, options?: CallOptions): Promise<void> {
    await this.callOnce(ConfirmEmailChangeDocument, { token }, options);
  }

  /**
   * Sets an authenticator app up; show `uri` as a QR code. Nothing changes until `confirmTwoFactor`.
   *
   * @throws WrongCredentialsError, SecondFactorExistsError, SecondFactorUnavailableError, ImpersonationError
   */
  async enrollTwoFactor(
    input: { readonly currentPassword: string },
    options?: CallOptions,
  ): Promise<{ readonly uri: string; readonly secret: string }> {
    const data = await this.callOnce(EnrollTwoFactorDocument, { input }, options);
    return present(data.enrollTwoFactor);
  }

  /**
   * Gives the app's first code; from now on signing in takes one. Returns ten recovery codes, which are
   * shown this once.
   *
   * @throws WrongCodeError, SecondFactorExistsError, ImpersonationError
   */
  async confirmTwoFactor(
    input: { readonly code: string },
    options?: CallOptions,
  ): Promise<readonly string[]> {
    const data = await this.callOnce(ConfirmTwoFactorDocument, { input }, options);
    return present(data.confirmTwoFactor);
  }

  /**
   * Removes the second factor: signing in takes the password alone again.
   *
   * @throws WrongCredentialsError, CodeNeededError, WrongCodeError, ImpersonationError
   */
  async removeTwoFactor(
    input: {
      readonly currentPassword: string;
      readonly code?: string | undefined;
      readonly recoveryCode?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<void> {
    await this.callOnce(RemoveTwoFactorDocument, { input }, options);
  }

  /** The devices on which the user signs in without a code, and those on which that is over. */
  async trustedDevices(options?: CallOptions): Promise<readonly TrustedDevice[]> {
    return await all(async (after) => {
      const data = await this.call(TrustedDevicesDocument, { after }, options);
      return data.currentUser?.trustedDevices ?? NOTHING;
    });
  }

  /**
   * From now on signing in takes a code on this device, too.
   *
   * @throws NotFoundError, NotSignedInError, SessionEndedError, ImpersonationError
   */
  async revokeTrustedDevice(device: Ref, options?: CallOptions): Promise<void> {
    const deviceId = idOf(device);
    await this.call(RevokeTrustedDeviceDocument, { deviceId }, options);
  }

  /**
   * Closes the account for good. Carts are canceled; tickets stay valid.
   *
   * @throws WrongCredentialsError, MoneyOnItsWayError, LastOwnerError, NotSignedInError, SessionEndedError,
   * ImpersonationError
   */
  async closeAccount(
    input: { readonly currentPassword: string },
    options?: CallOptions,
  ): Promise<void> {
    await this.callOnce(CloseAccountDocument, { input }, options);
    this.endSession();
  }

  /**
   * Changes what the user says of themselves. What is left out stays; an empty text, or an empty `address`, removes it.
   *
   * @throws InvalidInputError, NotSignedInError, SessionEndedError
   */
  async updateProfile(
    input: {
      readonly firstName?: string | undefined;
      readonly lastName?: string | undefined;
      readonly phone?: string | undefined;
      /** `line1`, `line2`, `city`, `state`, `postal_code` and `country` (two letters). */
      readonly address?: Readonly<Record<string, string>> | undefined;
      /** An https address. */
      readonly avatarUrl?: string | undefined;
      /** A BCP 47 tag such as `de-AT`. */
      readonly language?: string | undefined;
      /** YYYY-MM-DD. */
      readonly dateOfBirth?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<User> {
    const data = await this.call(UpdateProfileDocument, { input }, options);
    return present(data.updateProfile).user;
  }

  /** Who is signed in; null for a guest, and after the session has ended. */
  async currentUser(options?: CallOptions): Promise<User | null> {
    return (await this.call(CurrentUserDocument, {}, options)).currentUser;
  }

  /**
   * Makes the unpaid bookings of this client's `cartToken` the signed-in user's; returns how many.
   * `signIn` and `signUp` do so by themselves.
   *
   * @throws NotSignedInError, SessionEndedError, ImpersonationError
   */
  async claimCart(options?: CallOptions): Promise<number> {
    const data = await this.call(ClaimCartDocument, {}, options);
    return present(data.claimCart?.result ?? null);
  }

  /** Begins a session; what the guest has in the cart comes along. */
  async #beginWithCart(session: Session, options: CallOptions | undefined): Promise<Session> {
    this.beginSession(session);
    if (this.cartToken !== null) await this.claimCart(options);
    return session;
  }
}
