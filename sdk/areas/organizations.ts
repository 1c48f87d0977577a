import {
  CreateOrganizationDocument,
  CreatePromoterDocument,
  MembershipsDocument,
  type OrganizationFragment,
  type OrganizationRole,
  type OrganizationSettingsFragment,
  type PromoterFragment,
  RequestDomainCheckDocument,
  type RequestDomainCheckMutation,
  RequestOrganizationVerificationDocument,
  SetEventPromoterDocument,
  UpdateOrganizationDocument,
  type UpdateOrganizationInput,
  UpdateOrganizationSettingsDocument,
  type UpdateOrganizationSettingsInput,
} from "../generated.ts";
import { type Event, type Ref, idOf } from "../models.ts";
import { asText } from "../money.ts";
import { all } from "../pages.ts";
import { type CallOptions, type KeyedCallOptions, present } from "../transport.ts";
import { MemberCalls } from "./members.ts";

/** The TXT record that proves whose a domain is. */
export type DomainChallenge = NonNullable<
  RequestDomainCheckMutation["requestDomainCheck"]
>["domainChallenge"];

/** Who sells. */
export type Organization = OrganizationFragment;

/** What an organization says of all its sales. */
export type OrganizationSettings = OrganizationSettingsFragment;

/** Settings to be changed. Amounts are in the minor unit of each event's currency. */
export type OrganizationSettingsChanges = Omit<
  UpdateOrganizationSettingsInput,
  | "clientMutationId"
  | "organizationId"
  | "serviceFeeFixedCents"
  | "processingFeeFixedCents"
  | "minimumPayoutCents"
> & {
  readonly serviceFeeFixedCents?: number | undefined;
  readonly processingFeeFixedCents?: number | undefined;
  readonly minimumPayoutCents?: number | undefined;
};

/** What the signed-in user may do in an organization. */
export interface Membership {
  readonly organization: Organization;
  readonly role: OrganizationRole;
}

/** Who brings buyers, for a share. */
export type Promoter = PromoterFragment;

/** Organizations, and who brings them buyers. It needs an account, and in an organization the permission. */
export abstract class OrganizationCalls extends MemberCalls {
  /** The organizations that the signed-in user works for. */
  async memberships(options?: CallOptions): Promise<readonly Membership[]> {
    const user = await this.currentUser(options);
    if (user === null) return [];
    const nodes = await all(async (after) => {
      const variables = { userId: user.id, after };
      const data = await this.call(MembershipsDocument, variables, options);
      return present(data.organizationMembers);
    });
    return nodes.flatMap(({ organization, role, status }) =>
      organization === null || status !== "active" ? [] : [{ organization, role }],
    );
  }

  /**
   * Tells which TXT record proves that the domain of an organization is its own, and has it looked for: the organization's
   * `customDomainProvenAt` says when it was found.
   *
   * @throws InvalidInputError, NotFoundError, NotAllowedError, NotSignedInError, SessionEndedError
   */
  async requestDomainCheck(organization: Ref, options?: CallOptions): Promise<DomainChallenge> {
    const organizationId = idOf(organization);
    const data = await this.call(RequestDomainCheckDocument, { organizationId }, options);
    return present(data.requestDomainCheck?.domainChallenge ?? null);
  }

  /**
   * A new organization that the signed-in user owns. `defaultCurrency` is an ISO 4217 code.
   *
   * @throws NotSignedInError, SessionEndedError, SlugTakenError, UnknownCurrencyError,
   * InvalidInputError, IdempotencyKeyReusedError
   */
  async createOrganization(
    input: {
      readonly name: string;
      readonly slug: string;
      readonly email: string;
      readonly defaultCurrency?: string | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<Organization> {
    const data = await this.callWithKey(CreateOrganizationDocument, input, options);
    return present(data.createOrganization).organization;
  }

  /**
   * Changes what an organization says of all its sales: fees, times of a hold, limits. Fees are percentages such as `"2.5"`
   * and amounts for each ticket; events take them over when they are made. What is not given stays. Needs
   * `organization.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError
   */
  async updateOrganizationSettings(
    organization: Ref,
    changes: OrganizationSettingsChanges,
    options?: CallOptions,
  ): Promise<OrganizationSettings> {
    const { serviceFeeFixedCents, processingFeeFixedCents, minimumPayoutCents, ...rest } = changes;
    const input = {
      ...rest,
      organizationId: idOf(organization),
      ...asText({ serviceFeeFixedCents, processingFeeFixedCents, minimumPayoutCents }),
    };
    const data = await this.call(UpdateOrganizationSettingsDocument, { input }, options);
    return present(data.updateOrganizationSettings).organizationSetting;
  }

  /**
   * Somebody who brings buyers, for a share. Needs `books.manage`.
   *
   * @throws InvalidInputError, NotFoundError, NotAllowedError, IdempotencyKeyReusedError
   */
  async createPromoter(
    input: {
      readonly organizationId: string;
      readonly name: string;
      readonly email?: string | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<Promoter> {
    const data = await this.callWithKey(CreatePromoterDocument, input, options);
    return present(data.createPromoter).promoter;
  }

  /**
   * Who brings buyers to an event, and for which share, in percent, of what commission leaves to the organization; `null`:
   * nobody from here on. Needs `events.manage` and `books.manage`.
   *
   * @throws InvalidInputError, NotFoundError, NotAllowedError
   */
  async setEventPromoter(
    event: Ref,
    promoter: { readonly promoterId: string; readonly sharePercentage: string } | null,
    options?: CallOptions,
  ): Promise<Event> {
    const variables = { input: { eventId: idOf(event), ...promoter } };
    const data = await this.call(SetEventPromoterDocument, variables, options);
    return present(data.setEventPromoter).event;
  }

  /**
   * Changes the public profile of an organization: what is not given stays, an empty text removes a value. Another name ends a
   * verification. Needs `organization.manage`.
   *
   * @throws SlugTakenError, UnknownCurrencyError, InvalidInputError, NotFoundError, NotAllowedError
   */
  async updateOrganization(
    organization: Ref,
    changes: Omit<UpdateOrganizationInput, "organizationId" | "clientMutationId">,
    options?: CallOptions,
  ): Promise<Organization> {
    const variables = { input: { ...changes, organizationId: idOf(organization) } };
    const data = await this.call(UpdateOrganizationDocument, variables, options);
    return present(data.updateOrganization).organization;
  }

  /**
   * Asks the platform to verify an organization, with names or references of 1 to 20 documents. Needs `organization.manage`.
   * Not repeated when its answer is lost.
   *
   * @throws InvalidInputError, NotFoundError, NotAllowedError
   */
  async requestOrganizationVerification(
    organization: Ref,
    documents: readonly string[],
    options?: CallOptions,
  ): Promise<void> {
    const variables = { input: { organizationId: idOf(organization), documents } };
    await this.callOnce(RequestOrganizationVerificationDocument, variables, options);
  }
}
