import {
  ChangeOrganizationPlanDocument,
  DecideOrganizationVerificationDocument,
  EndImpersonationDocument,
  FindUserDocument,
  GrantPlatformRoleDocument,
  type OrganizationFragment,
  ReactivateOrganizationDocument,
  ReinstateUserDocument,
  RevokePlatformRoleDocument,
  RevokeUserSessionsDocument,
  SetEventCategoryDocument,
  type SetEventCategoryInput,
  StartImpersonationDocument,
  SuspendOrganizationDocument,
  SuspendUserDocument,
} from "../generated.ts";
import { type Ref, type Session, type User, idOf } from "../models.ts";
import { type CallOptions, present } from "../transport.ts";
import { PrivacyCalls } from "./privacy.ts";

/** What the platform's staff do with accounts and organizations. */
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
   * @throws NotAllowedError unless the caller is an admin, NotFoundError, AccountLockedError, LastAdminError,
   * InvalidInputError
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

  /**
   * Stops all sales of an organization; its tickets stay good.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError, OrganizationNotActiveError (banned)
   */
  async suspendOrganization(
    organization: Ref,
    reason: string,
    options?: CallOptions,
  ): Promise<OrganizationFragment> {
    const variables = { input: { organizationId: idOf(organization), reason } };
    const data = await this.call(SuspendOrganizationDocument, variables, options);
    return present(data.suspendOrganization).organization;
  }

  /**
   * Lets a suspended organization sell again.
   *
   * @throws NotFoundError, NotAllowedError, OrganizationNotActiveError (banned)
   */
  async reactivateOrganization(
    organization: Ref,
    options?: CallOptions,
  ): Promise<OrganizationFragment> {
    const variables = { input: { organizationId: idOf(organization) } };
    const data = await this.call(ReactivateOrganizationDocument, variables, options);
    return present(data.reactivateOrganization).organization;
  }

  /**
   * Gives an organization a plan; what is given besides holds instead of what the plan says, the commission for new events.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError
   */
  async changeOrganizationPlan(
    organization: Ref,
    plan: {
      readonly subscriptionTier: string;
      readonly subscriptionReference?: string | undefined;
      /** A percentage such as `"2.5"`. */
      readonly commissionPercentage?: string | undefined;
      readonly monthlyEventLimit?: number | undefined;
      /** In whole units of its currency. */
      readonly monthlyRevenueLimitUnits?: number | undefined;
    },
    options?: CallOptions,
  ): Promise<void> {
    const { monthlyRevenueLimitUnits: limit, ...rest } = plan;
    const input = {
      ...rest,
      organizationId: idOf(organization),
      monthlyRevenueLimitUnits: limit === undefined ? undefined : String(limit),
    };
    await this.call(ChangeOrganizationPlanDocument, { input }, options);
  }

  /**
   * Verifies or rejects an organization that has asked for it. Not repeated when its answer is lost.
   *
   * @throws NotFoundError (nothing is pending), NotAllowedError, InvalidInputError
   */
  async decideOrganizationVerification(
    organization: Ref,
    verified: boolean,
    options: CallOptions & { readonly note?: string | undefined } = {},
  ): Promise<void> {
    const input = { organizationId: idOf(organization), verified, note: options.note };
    await this.callOnce(DecideOrganizationVerificationDocument, { input }, options);
  }

  /**
   * Adds a kind of events, or renames the one with this slug.
   *
   * @throws NotAllowedError, InvalidInputError
   */
  async setEventCategory(
    category: Omit<SetEventCategoryInput, "clientMutationId">,
    options?: CallOptions,
  ): Promise<void> {
    await this.call(SetEventCategoryDocument, { input: category }, options);
  }
}
