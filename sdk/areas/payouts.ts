import type { ListOptions } from "../caller.ts";
import {
  ApprovePayoutDocument,
  BookUnaskedReversalsDocument,
  CancelPayoutDocument,
  CreatePayoutDocument,
  HoldPayoutDocument,
  OpenPayoutAccountDocument,
  type PayoutAccountFragment,
  PayoutAccountsDocument,
  PayoutDocument,
  type PayoutFragment,
  type PayoutHoldFragment,
  PayoutHoldsDocument,
  type PayoutItemFragment,
  PayoutItemsDocument,
  PayoutOnboardingLinkDocument,
  type PayoutOnboardingLinkQuery,
  PayoutPreviewDocument,
  type PayoutPreviewQuery,
  type PayoutReversalFragment,
  PayoutsDocument,
  ReleasePayoutHoldDocument,
  ReproducePayoutDocument,
  type ReproducePayoutQuery,
  RequestOnboardingLinkDocument,
  RetryPayoutDocument,
  ReversePayoutDocument,
  SetPayoutSettingsDocument,
  SetStripeFeesPayerDocument,
  SubmitPayoutDocument,
} from "../generated.ts";
import { type Ref, idOf } from "../models.ts";
import { asText } from "../money.ts";
import type { Paged } from "../pages.ts";
import { type CallOptions, type KeyedCallOptions, present } from "../transport.ts";
import { ReconciliationCalls } from "./reconciliation.ts";

/** The account at Stripe to which an organization, or a promoter of it, is paid. */
export type PayoutAccount = PayoutAccountFragment;

/** An address at Stripe where the owner of an account says who they are. */
export type PayoutOnboardingLink = NonNullable<PayoutOnboardingLinkQuery["payoutOnboardingLink"]>;

/** What an organization, or a promoter of it, is paid. */
export type Payout = PayoutFragment;

/** A fact of the books that a payout pays, or an amount that is held back of it. */
export type PayoutItem = PayoutItemFragment;

/** What is held back of a payout. */
export type PayoutHold = PayoutHoldFragment;

/** What the platform takes back of a payout. */
export type PayoutReversal = PayoutReversalFragment;

/** What is owed to a payee, and what of it would be paid now. */
export type PayoutPreview = NonNullable<PayoutPreviewQuery["payoutPreview"]>["nodes"][number];

/** What a payout amounts to. */
export type PayoutAmounts = NonNullable<ReproducePayoutQuery["reproducePayout"]>;

/** Paying organizations and promoters. */
export abstract class PayoutCalls extends ReconciliationCalls {
  /**
   * Opens the account at Stripe to which the organization, or a promoter of it, is paid; the one that there is, is returned.
   * Needs `payouts.manage`.
   *
   * @throws InvalidInputError, OrganizationNotActiveError, NotFoundError, NotAllowedError
   */
  async openPayoutAccount(
    input: {
      readonly organizationId: string;
      /** Such as `AT`; default: where the organization's address is. */
      readonly country?: string | undefined;
      readonly email?: string | undefined;
      readonly promoterId?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<PayoutAccount> {
    const data = await this.call(OpenPayoutAccountDocument, { input }, options);
    return present(data.openPayoutAccount).stripeAccount;
  }

  /** The accounts to which an organization and its promoters are paid. Needs `payouts.read`. */
  payoutAccounts(organization: Ref, options: ListOptions = {}): Paged<PayoutAccount> {
    return this.list(options, async (first, after) => {
      const variables = { condition: { organizationId: idOf(organization) }, first, after };
      return present((await this.call(PayoutAccountsDocument, variables, options)).stripeAccounts);
    });
  }

  /**
   * Asks for an address at Stripe where the owner of an account says who they are. Read it with {@link payoutOnboardingLink}
   * until it is there. Needs `payouts.manage`.
   *
   * @throws InvalidInputError (an address that is not https), PayoutRefusedError, NotFoundError, NotAllowedError
   */
  async requestOnboardingLink(
    account: Ref,
    addresses: { readonly returnUrl: string; readonly refreshUrl?: string | undefined },
    options?: CallOptions,
  ): Promise<string> {
    const variables = { input: { accountId: idOf(account), ...addresses } };
    const data = await this.callOnce(RequestOnboardingLinkDocument, variables, options);
    return present(present(data.requestOnboardingLink).payoutOnboardingLink.id);
  }

  /** An address that you have asked for; its `url` is null until Stripe has answered, and when it is too old. */
  async payoutOnboardingLink(
    link: Ref,
    options?: CallOptions,
  ): Promise<PayoutOnboardingLink | null> {
    const variables = { linkId: idOf(link) };
    return (await this.call(PayoutOnboardingLinkDocument, variables, options)).payoutOnboardingLink;
  }

  /**
   * When money may be paid out, and above which amount, in the default currency's minor unit, a second person approves a
   * payout; null: nobody. Needs `organization.manage`.
   *
   * @throws InvalidInputError, NotFoundError, NotAllowedError
   */
  async setPayoutSettings(
    organization: Ref,
    settings: {
      readonly payoutTiming?: "rolling" | "after_event" | undefined;
      readonly payoutDelayDays?: number | undefined;
      readonly approvalAboveCents: number | null;
    },
    options?: CallOptions,
  ): Promise<void> {
    const { approvalAboveCents, ...rest } = settings;
    const input = {
      ...rest,
      organizationId: idOf(organization),
      ...asText({ approvalAboveCents: approvalAboveCents ?? undefined }),
    };
    await this.call(SetPayoutSettingsDocument, { input }, options);
  }

  /**
   * What is owed to an organization and its promoters, and what of it would be paid now. Needs `payouts.read`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  payoutPreview(organization: Ref, options: ListOptions = {}): Paged<PayoutPreview> {
    return this.list(options, async (first, after) => {
      const variables = { organizationId: idOf(organization), first, after };
      return present((await this.call(PayoutPreviewDocument, variables, options)).payoutPreview);
    });
  }

  /** Payouts of an organization and its promoters. Needs `payouts.read`. */
  payouts(organization: Ref, options: ListOptions = {}): Paged<Payout> {
    return this.list(options, async (first, after) => {
      const variables = { condition: { organizationId: idOf(organization) }, first, after };
      return present((await this.call(PayoutsDocument, variables, options)).payouts);
    });
  }

  /** One payout, or null. Needs `payouts.read`. */
  async payout(payout: Ref, options?: CallOptions): Promise<Payout | null> {
    return (await this.call(PayoutDocument, { id: idOf(payout) }, options)).payout;
  }

  /** What a payout is made of. Needs `payouts.read`. */
  payoutItems(payout: Ref, options: ListOptions = {}): Paged<PayoutItem> {
    return this.list(options, async (first, after) => {
      const variables = { condition: { payoutId: idOf(payout) }, first, after };
      return present((await this.call(PayoutItemsDocument, variables, options)).payoutItems);
    });
  }

  /** What is, or was, held back of a payout. Needs `payouts.read`. */
  payoutHolds(payout: Ref, options: ListOptions = {}): Paged<PayoutHold> {
    return this.list(options, async (first, after) => {
      const variables = { condition: { payoutId: idOf(payout) }, first, after };
      return present((await this.call(PayoutHoldsDocument, variables, options)).payoutHolds);
    });
  }

  /**
   * The amounts of a payout, made again from the entries of the books that its items name: always its own. Needs
   * `payouts.read`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async reproducePayout(payout: Ref, options?: CallOptions): Promise<PayoutAmounts> {
    const variables = { payoutId: idOf(payout) };
    return present((await this.call(ReproducePayoutDocument, variables, options)).reproducePayout);
  }

  /**
   * A draft of all that may be paid now, without waiting for the schedule. Needs `payouts.manage`.
   *
   * @throws NothingToPayOutError, PayoutRefusedError (`unverified`, `no_account`), OrganizationNotActiveError,
   * UnknownCurrencyError, NotFoundError, NotAllowedError, IdempotencyKeyReusedError
   */
  async createPayout(
    input: {
      readonly organizationId: string;
      readonly currency?: string | undefined;
      readonly promoterId?: string | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<Payout> {
    return present((await this.callWithKey(CreatePayoutDocument, input, options)).createPayout)
      .payout;
  }

  /**
   * Has a draft sent, or asks for a second person: then it is `pending_approval`. Needs `payouts.manage`.
   *
   * @throws PayoutStatusError, PayoutRefusedError, OrganizationNotActiveError, NotFoundError, NotAllowedError
   */
  async submitPayout(payout: Ref, options?: CallOptions): Promise<Payout> {
    const variables = { input: { payoutId: idOf(payout) } };
    const data = await this.callOnce(SubmitPayoutDocument, variables, options);
    return present(data.submitPayout).payout;
  }

  /**
   * Approves a payout that somebody else, or the schedule, has made. Needs `payouts.approve`.
   *
   * @throws ApprovalNeededError (your own), PayoutStatusError, PayoutRefusedError, OrganizationNotActiveError,
   * NotFoundError, NotAllowedError, InvalidInputError
   */
  async approvePayout(
    payout: Ref,
    options: CallOptions & { readonly note?: string | undefined } = {},
  ): Promise<Payout> {
    const variables = { input: { payoutId: idOf(payout), note: options.note } };
    const data = await this.callOnce(ApprovePayoutDocument, variables, options);
    return present(data.approvePayout).payout;
  }

  /**
   * Gives a payout up that is not on its way; its items are paid with the next one. Needs `payouts.manage`.
   *
   * @throws PayoutStatusError, PayoutRefusedError (`held`), NotFoundError, NotAllowedError, InvalidInputError
   */
  async cancelPayout(
    payout: Ref,
    options: CallOptions & { readonly note?: string | undefined } = {},
  ): Promise<Payout> {
    const variables = { input: { payoutId: idOf(payout), note: options.note } };
    const data = await this.callOnce(CancelPayoutDocument, variables, options);
    return present(data.cancelPayout).payout;
  }

  /**
   * Has a payout sent again that Stripe has refused. Needs `payouts.manage`.
   *
   * @throws PayoutStatusError, PayoutRefusedError, OrganizationNotActiveError, NotFoundError, NotAllowedError
   */
  async retryPayout(payout: Ref, options?: CallOptions): Promise<Payout> {
    const variables = { input: { payoutId: idOf(payout) } };
    const data = await this.callOnce(RetryPayoutDocument, variables, options);
    return present(data.retryPayout).payout;
  }

  /**
   * Holds a payout back, or an amount of it, which is then paid with a later one. Needs `payouts.approve`.
   *
   * @throws PayoutStatusError, InvalidInputError, NotFoundError, NotAllowedError
   */
  async holdPayout(
    payout: Ref,
    hold: {
      readonly reason: string;
      /** Default: all of it. */
      readonly amountCents?: number | undefined;
      /** Default: until it is released. */
      readonly holdUntil?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<PayoutHold> {
    const { amountCents, ...rest } = hold;
    const variables = { input: { ...rest, payoutId: idOf(payout), ...asText({ amountCents }) } };
    const data = await this.callOnce(HoldPayoutDocument, variables, options);
    return present(data.holdPayout).payoutHold;
  }

  /**
   * Ends a hold. Needs `payouts.approve`.
   *
   * @throws PayoutRefusedError (`disputed`), NotFoundError, NotAllowedError (the platform holds it)
   */
  async releasePayoutHold(hold: Ref, options?: CallOptions): Promise<PayoutHold> {
    const variables = { input: { holdId: idOf(hold) } };
    const data = await this.call(ReleasePayoutHoldDocument, variables, options);
    return present(data.releasePayoutHold).payoutHold;
  }

  /**
   * Takes a payout back, or an amount of it; the payee is owed it again. For the platform's support.
   *
   * @throws PayoutStatusError, InvalidInputError, NotFoundError, NotAllowedError, IdempotencyKeyReusedError
   */
  async reversePayout(
    payout: Ref,
    reversal: {
      readonly reason: string;
      /** Default: all that is left of it. */
      readonly amountCents?: number | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<PayoutReversal> {
    const { amountCents, reason } = reversal;
    const input = { reason, payoutId: idOf(payout), ...asText({ amountCents }) };
    const data = await this.callWithKey(ReversePayoutDocument, input, options);
    return present(data.reversePayout).payoutReversal;
  }

  /**
   * Books what somebody has taken back of a payout by hand at Stripe, of which a finding of the kind
   * `reversal_not_asked_for` tells; the payee is owed it again. Repeating it is harmless. For the platform's support.
   *
   * @throws InvalidInputError, NotFoundError, NotAllowedError, RefundTooLargeError
   */
  async bookUnaskedReversals(finding: Ref, note: string, options?: CallOptions): Promise<Payout> {
    const variables = { input: { findingId: idOf(finding), note } };
    const data = await this.call(BookUnaskedReversalsDocument, variables, options);
    return present(data.bookUnaskedReversals).payout;
  }

  /**
   * Whether what Stripe charges is taken off the payouts of an organization, from the next one on. For the platform's support.
   *
   * @throws InvalidInputError, NotFoundError, NotAllowedError
   */
  async setStripeFeesPayer(
    organization: Ref,
    paysStripeFees: boolean,
    options?: CallOptions,
  ): Promise<void> {
    const variables = { input: { organizationId: idOf(organization), paysStripeFees } };
    await this.call(SetStripeFeesPayerDocument, variables, options);
  }
}
