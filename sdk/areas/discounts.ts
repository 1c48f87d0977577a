import {
  ApplyDiscountCodeDocument,
  CreateDiscountCodeDocument,
  type CreateDiscountCodeInput,
  type CustomerMembershipFragment,
  type DiscountCodeFragment,
  DiscountCodesDocument,
  EndDiscountCodeDocument,
  GrantMembershipDocument,
  ImportMembershipsDocument,
  RemoveDiscountCodeDocument,
  RevokeMembershipDocument,
  SetRequiresMembershipDocument,
} from "../generated.ts";
import { type Ref, type TicketCategory, idOf, toTicketCategory } from "../models.ts";
import { asText } from "../money.ts";
import { all } from "../pages.ts";
import { type CallOptions, type KeyedCallOptions, present } from "../transport.ts";
import { PriceCalls, discountRefused } from "./prices.ts";

/** A code that lowers what a booking costs. */
export type DiscountCode = DiscountCodeFragment;

/** A code to be made: with `percentage` or `amountCents`. */
export type NewDiscountCode = Omit<
  CreateDiscountCodeInput,
  "eventId" | "idempotencyKey" | "clientMutationId" | "amountCents" | "subtotalMinCents"
> & {
  readonly amountCents?: number | undefined;
  readonly subtotalMinCents?: number | undefined;
};

/** A buyer's membership of an organization. Who works for it has a {@link Membership}. */
export type CustomerMembership = CustomerMembershipFragment;

/** What a booking costs after a code was applied or removed. */
export interface DiscountedTotal {
  readonly discountCents: number;
  readonly totalAmountCents: number;
}

/** Who pays less: discount codes, and members. */
export abstract class DiscountCalls extends PriceCalls {
  /**
   * Uses a discount code for a draft, in place of the one that it has. Wrong ones are counted.
   *
   * @throws DiscountRefusedError, TooManyRequestsError, HoldExpiredError, BookingStatusError,
   * BookingNotFoundError, EventNotOnSaleError, SalesClosedError, SessionEndedError
   */
  async applyDiscountCode(
    booking: Ref,
    code: string,
    options?: CallOptions,
  ): Promise<DiscountedTotal> {
    const variables = { input: { bookingId: idOf(booking), code } };
    const data = await this.call(ApplyDiscountCodeDocument, variables, options);
    const { discountRefusal, ...total } = present(data.applyDiscountCode).discountAnswer;
    if (discountRefusal !== null) throw discountRefused(discountRefusal);
    return total;
  }

  /**
   * Gives the discount code of a draft back.
   *
   * @throws HoldExpiredError, BookingStatusError, BookingNotFoundError, SessionEndedError
   */
  async removeDiscountCode(booking: Ref, options?: CallOptions): Promise<DiscountedTotal> {
    const variables = { input: { bookingId: idOf(booking) } };
    const data = await this.call(RemoveDiscountCodeDocument, variables, options);
    const { discountCents, totalAmountCents } = present(data.removeDiscountCode).discountAnswer;
    return { discountCents, totalAmountCents };
  }

  /**
   * A code that takes a percentage off the tickets of a booking, or an amount off all of them
   * together. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError, IdempotencyKeyReusedError
   */
  async createDiscountCode(
    event: Ref,
    code: NewDiscountCode,
    options: KeyedCallOptions = {},
  ): Promise<DiscountCode> {
    const { amountCents, subtotalMinCents, ...rest } = code;
    const input = { ...rest, eventId: idOf(event), ...asText({ amountCents, subtotalMinCents }) };
    const data = await this.callWithKey(CreateDiscountCodeDocument, input, options);
    return present(data.createDiscountCode).discountCode;
  }

  /**
   * Nobody applies a code any more. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async endDiscountCode(code: Ref, options?: CallOptions): Promise<DiscountCode> {
    const variables = { input: { discountCodeId: idOf(code) } };
    const data = await this.call(EndDiscountCodeDocument, variables, options);
    return present(data.endDiscountCode).discountCode;
  }

  /** The discount codes of an event. Needs `events.manage`. */
  async discountCodes(event: Ref, options?: CallOptions): Promise<readonly DiscountCode[]> {
    const eventId = idOf(event);
    return await all(async (after) => {
      const data = await this.call(DiscountCodesDocument, { eventId, after }, options);
      return present(data.discountCodes);
    });
  }

  /**
   * Whether a category is for members only. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async setRequiresMembership(
    category: Ref,
    requiresMembership: boolean,
    options?: CallOptions,
  ): Promise<TicketCategory> {
    const variables = { input: { ticketCategoryId: idOf(category), requiresMembership } };
    const data = await this.call(SetRequiresMembershipDocument, variables, options);
    return toTicketCategory(present(data.setRequiresMembership).ticketCategory);
  }

  /**
   * Makes an account that has bought, or whoever proves an e-mail address, a member. Needs
   * `memberships.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError, IdempotencyKeyReusedError
   */
  async grantMembership(
    organization: Ref,
    member: {
      readonly email?: string | undefined;
      readonly userId?: string | undefined;
      readonly memberNumber?: string | undefined;
      readonly validFrom?: string | undefined;
      readonly validUntil?: string | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<CustomerMembership> {
    const input = { ...member, organizationId: idOf(organization) };
    const data = await this.callWithKey(GrantMembershipDocument, input, options);
    return present(data.grantMembership).membership;
  }

  /**
   * Makes members of up to 10,000 addresses; returns how many were none. Needs `memberships.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError
   */
  async importMemberships(
    organization: Ref,
    emails: readonly string[],
    when: {
      readonly validFrom?: string | undefined;
      readonly validUntil?: string | undefined;
    } = {},
    options?: CallOptions,
  ): Promise<number> {
    const variables = { input: { ...when, organizationId: idOf(organization), emails } };
    const data = await this.call(ImportMembershipsDocument, variables, options);
    return present(data.importMemberships).result;
  }

  /**
   * Ends a membership now; what is held or bought keeps its price. Needs `memberships.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async revokeMembership(membership: Ref, options?: CallOptions): Promise<CustomerMembership> {
    const variables = { input: { membershipId: idOf(membership) } };
    const data = await this.call(RevokeMembershipDocument, variables, options);
    return present(data.revokeMembership).membership;
  }
}
