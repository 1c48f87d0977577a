import {
  EndImpersonationDocument,
  FindUserDocument,
  GrantPlatformRoleDocument,
  ReinstateUserDocument,
  RevokePlatformRoleDocument,
  RevokeUserSessionsDocument,
  StartImpersonationDocument,
  SuspendUserDocument,
} from "../generated.ts";
import { type Ref, type Session, type User, idOf } from "../models.ts";
import { type CallOptions, present } from "../transport.ts";
import { PrivacyCalls } from "./privacy.ts";

/** What the platform's staff do with accounts. */
export abstract class PlatformCalls extends PrivacyCalls {
  /**
   * Whoever has an address, or null.
   *
   * @throws NotAllowedError unless the caller is of the platform's support or security
   */
  async findUser(
    email: string,
    options?: CallOptions,
  ): Promise<(User & { readonly accountStatus: string }) | null> {
    return (await this.call(FindUserDocument, { email }, options)).findUser;
  }

  /**
   * Closes an account until it is reinstated. Sessions end at once, and the person is mailed.
   *
   * @throws NotFoundError, StaffAccountError, NotAllowedError, InvalidInputError
   */
  async suspendUser(user: Ref, reason: string, options?: CallOptions): Promise<void> {
    await this.call(SuspendUserDocument, { userId: idOf(user), reason }, options);
  }

  /**
   * Opens a suspended account again.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async reinstateUser(user: Ref, options?: CallOptions): Promise<void> {
    await this.call(ReinstateUserDocument, { userId: idOf(user) }, options);
  }

  /**
   * Ends all sessions of anybody, and the trust in their devices; returns how many sessions.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async revokeUserSessions(user: Ref, options?: CallOptions): Promise<number> {
    const variables = { userId: idOf(user) };
    const data = await this.call(RevokeUserSessionsDocument, variables, options);
    return present(data.revokeUserSessions?.sessionsEnded ?? null);
  }

  /**
   * Makes somebody one of the platform's staff, or gives them another role.
   *
   * @throws NotAllowedError unless the caller is an admin, NotFoundError, AccountLockedError, LastAdminError
   */
  async grantPlatformRole(
    user: Ref,
    role: "support" | "security" | "admin",
    options?: CallOptions,
  ): Promise<void> {
    const variables = { userId: idOf(user), role };
    await this.call(GrantPlatformRoleDocument, variables, options);
  }

  /**
   * Ends somebody's platform role, and what they do in others' names, at once.
   *
   * @throws NotAllowedError unless the caller is an admin, NotFoundError, LastAdminError
   */
  async revokePlatformRole(user: Ref, options?: CallOptions): Promise<void> {
    const variables = { userId: idOf(user) };
    await this.callOnce(RevokePlatformRoleDocument, variables, options);
  }

  /**
   * Acts in somebody's name for an hour: from here on this client does. It is recorded, and the person is mailed. Keep
   * your own token if you want to go on as yourself.
   *
   * @throws WrongCredentialsError, NotAllowedError, NotFoundError, StaffAccountError, InvalidInputError
   */
  async startImpersonation(
    input: {
      readonly userId: string;
      readonly reason: string;
      /** Your own. */
      readonly currentPassword: string;
    },
    options?: CallOptions,
  ): Promise<Session> {
    const data = await this.callOnce(StartImpersonationDocument, { input }, options);
    return this.beginSession(present(data.startImpersonation));
  }

  /**
   * Ends acting in somebody's name.
   *
   * @throws NotFoundError when this is the user themselves
   */
  async endImpersonation(options?: CallOptions): Promise<void> {
    await this.callOnce(EndImpersonationDocument, {}, options);
    this.endSession();
  }
}
