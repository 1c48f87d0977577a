import type { ListOptions } from "../caller.ts";
import {
  ApproveRefundDocument,
  BookUnaskedRefundDocument,
  type CancellationPolicyFragment,
  type CancellationQuoteFragment,
  type CancellationTermFragment,
  CancellationTermsDocument,
  DeclineRefundDocument,
  FailedRefundsDocument,
  QuoteCancellationDocument,
  RefundBookingAmountDocument,
  RefundFeesDocument,
  type RefundFragment,
  type RefundItemFragment,
  RefundItemsDocument,
  type RefundReason,
  type RefundRequestFragment,
  RefundRequestsDocument,
  RefundTicketsDocument,
  RefundsDocument,
  RetryRefundDocument,
  ReturnBookingDocument,
  ReturnTicketsDocument,
  SetCancellationPolicyDocument,
  SetRefundApprovalDocument,
} from "../generated.ts";
import { type Booking, type Ref, idOf, optionalIdOf } from "../models.ts";
import { formatCents } from "../money.ts";
import { type Paged, all } from "../pages.ts";
import { type CallOptions, type KeyedCallOptions, present } from "../transport.ts";
import { BoxOfficeCalls } from "./box-office.ts";

/** Until when how much of a ticket is returned; service and processing fees only where it says so. */
export interface CancellationTerm extends Omit<CancellationTermFragment, "percentage"> {
  readonly percentage: number;
}

/** What a buyer gets back who cancels now. With a `percentage` of 0, tickets are not taken back. */
export interface CancellationQuote extends Omit<CancellationQuoteFragment, "percentage"> {
  readonly percentage: number;
}

/** A version of the terms on which tickets are taken back. */
export type CancellationPolicy = CancellationPolicyFragment;

/** Terms: until so many days before the start, so much is returned. */
export interface CancellationWindows {
  readonly windows: readonly { readonly daysBefore: number; readonly percentage: number }[];
  /** Default: they are kept. */
  readonly refundsServiceFees?: boolean | undefined;
  /** Default: they are kept. */
  readonly refundsProcessingFees?: boolean | undefined;
}

/** Money on its way back by one payment. */
export type Refund = RefundFragment;

/** What was taken back of a ticket or of a line without tickets, part by part. */
export type RefundItem = RefundItemFragment;

/** Why something of a sale was taken back, or is asked to be, and on whose word. */
export type RefundRequest = RefundRequestFragment;

/** Units of add-ons that come back: so many of a line of a booking. */
export type ReturnedAddOns = readonly { readonly item: Ref; readonly quantity: number }[];

/** What of a booking comes back; neither tickets nor add-ons: all of it. */
export interface Returned {
  readonly tickets?: readonly Ref[] | undefined;
  readonly addOns?: ReturnedAddOns | undefined;
}

/** What staff says of a refund. */
export interface RefundWords {
  readonly note: string;
  readonly reason?: RefundReason | undefined;
}

/** Giving tickets and money back. */
export abstract class RefundCalls extends BoxOfficeCalls {
  /**
   * Gives all of a paid booking back: for all of its price after its performance was postponed, until its
   * `refundsUntil`, or else for what {@link quoteCancellation} says.
   *
   * @throws NoRefundOfferedError, BookingNotFoundError, BookingStatusError, TicketUsedError, SessionEndedError,
   * CartTokenError, IdempotencyKeyReusedError, InvalidInputError
   */
  async returnBooking(booking: Ref, options: KeyedCallOptions = {}): Promise<Booking> {
    const data = await this.callWithKey(
      ReturnBookingDocument,
      { bookingId: idOf(booking) },
      options,
    );
    return await this.withAllItems(present(data.returnBooking).booking, options);
  }

  /** What buyers of a performance get back, and until when, as the terms are now; none: nothing. */
  async cancellationTerms(
    performance: Ref,
    options?: CallOptions,
  ): Promise<readonly CancellationTerm[]> {
    const variables = { performanceId: idOf(performance) };
    const data = await this.call(CancellationTermsDocument, variables, options);
    return present(data.cancellationTerms).nodes.map((term) => ({
      ...term,
      percentage: Number(term.percentage),
    }));
  }

  /**
   * What comes back for a booking, or for some of its tickets and add-ons, if it is canceled now. For a cart, too: it tells before
   * buying what can be returned after it.
   *
   * @throws BookingNotFoundError, TicketVoidError, InvalidInputError, SessionEndedError, CartTokenError
   */
  async quoteCancellation(
    booking: Ref,
    options: CallOptions & Returned = {},
  ): Promise<CancellationQuote> {
    const variables = { bookingId: idOf(booking), ...named(options) };
    const data = await this.call(QuoteCancellationDocument, variables, options);
    const quote = present(data.quoteCancellation);
    return { ...quote, percentage: Number(quote.percentage) };
  }

  /**
   * Gives tickets of a booking back, units of its add-ons, or all of it, for what {@link quoteCancellation} says. With the last one, the
   * booking is canceled.
   *
   * @throws NoRefundOfferedError, BookingNotFoundError, BookingStatusError, TicketUsedError, TicketVoidError,
   * InvalidInputError, SessionEndedError, CartTokenError, IdempotencyKeyReusedError, NotFoundError
   */
  async returnTickets(booking: Ref, options: KeyedCallOptions & Returned = {}): Promise<Booking> {
    const input = { bookingId: idOf(booking), ...named(options) };
    const data = await this.callWithKey(ReturnTicketsDocument, input, options);
    return await this.withAllItems(present(data.returnTickets).booking, options);
  }

  /** The refunds of a booking, by payment: for its buyer, and members with `payments.read`. */
  async refunds(booking: Ref, options?: CallOptions): Promise<readonly Refund[]> {
    const bookingId = idOf(booking);
    return await all(async (after) =>
      present((await this.call(RefundsDocument, { bookingId, after }, options)).refunds),
    );
  }

  /** What was taken back of a booking, part by part: for its buyer, and members with `payments.read`. */
  async refundItems(booking: Ref, options?: CallOptions): Promise<readonly RefundItem[]> {
    const bookingId = idOf(booking);
    return await all(async (after) =>
      present((await this.call(RefundItemsDocument, { bookingId, after }, options)).refundItems),
    );
  }

  /**
   * Sets the terms on which tickets are taken back from now on: of one event, with `events.manage`, or of all others of
   * an organization, with `organization.manage`. Bookings keep the terms they were bought under.
   *
   * @throws InvalidInputError, NotFoundError, NotAllowedError
   */
  async setCancellationPolicy(
    of: { readonly organization: Ref; readonly event?: Ref | undefined },
    { windows, ...fees }: CancellationWindows,
    options?: CallOptions,
  ): Promise<CancellationPolicy> {
    const input = {
      organizationId: idOf(of.organization),
      eventId: optionalIdOf(of.event),
      daysBefore: windows.map(({ daysBefore }) => daysBefore),
      percentages: windows.map(({ percentage }) => String(percentage)),
      ...fees,
    };
    const data = await this.call(SetCancellationPolicyDocument, { input }, options);
    return present(data.setCancellationPolicy).cancellationPolicy;
  }

  /**
   * Above which amount, in the default currency's minor unit, a second person decides about refunds by staff; null:
   * nobody does. Needs `organization.manage`.
   *
   * @throws InvalidInputError, NotFoundError, NotAllowedError
   */
  async setRefundApproval(
    organization: Ref,
    aboveCents: number | null,
    options?: CallOptions,
  ): Promise<void> {
    const input = {
      organizationId: idOf(organization),
      aboveCents: aboveCents === null ? null : formatCents(aboveCents),
    };
    await this.call(SetRefundApprovalDocument, { input }, options);
  }

  /**
   * Returns an amount, whatever the terms say; the buyer keeps the tickets. The request is `requested` when somebody
   * else has to approve it. Needs `payments.refund`.
   *
   * @throws RefundTooLargeError, BookingNotFoundError, BookingStatusError, NotAllowedError, InvalidInputError
   */
  async refundBookingAmount(
    booking: Ref,
    amountCents: number,
    words: RefundWords,
    options: KeyedCallOptions = {},
  ): Promise<RefundRequest> {
    const input = { ...words, bookingId: idOf(booking), amountCents: formatCents(amountCents) };
    const data = await this.callWithKey(RefundBookingAmountDocument, input, options);
    return present(data.refundBookingAmount).refundRequest;
  }

  /**
   * Takes tickets of a booking back, or all of it, whatever the terms say. Needs `payments.refund`.
   *
   * @throws BookingNotFoundError, BookingStatusError, NotAllowedError, TicketUsedError, TicketVoidError,
   * InvalidInputError, NotFoundError
   */
  async refundTickets(
    booking: Ref,
    words: RefundWords &
      Returned & {
        /** Default: 100. */
        readonly percentage?: number | undefined;
        /** Default: true. */
        readonly withFees?: boolean | undefined;
      },
    options: KeyedCallOptions = {},
  ): Promise<RefundRequest> {
    const { tickets, addOns, percentage, ...rest } = words;
    const input = {
      ...rest,
      bookingId: idOf(booking),
      ...named({ tickets, addOns }),
      percentage: percentage === undefined ? undefined : String(percentage),
    };
    const data = await this.callWithKey(RefundTicketsDocument, input, options);
    return present(data.refundTickets).refundRequest;
  }

  /**
   * Returns the fees of a booking or of some of its tickets, which stay good. Needs `payments.refund`.
   *
   * @throws RefundTooLargeError, BookingNotFoundError, BookingStatusError, NotAllowedError, TicketVoidError,
   * InvalidInputError
   */
  async refundFees(
    booking: Ref,
    words: RefundWords & {
      readonly tickets?: readonly Ref[] | undefined;
      readonly withServiceFees?: boolean | undefined;
      readonly withProcessingFees?: boolean | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<RefundRequest> {
    const { tickets, ...rest } = words;
    const input = { ...rest, bookingId: idOf(booking), ticketIds: tickets?.map(idOf) };
    const data = await this.callWithKey(RefundFeesDocument, input, options);
    return present(data.refundFees).refundRequest;
  }

  /** Requests of the organizations in which you have `payments.read`, the oldest first. */
  refundRequests(
    filter: {
      readonly organizationId?: string | undefined;
      readonly bookingId?: string | undefined;
      readonly status?: RefundRequest["status"] | undefined;
    } = {},
    options: ListOptions = {},
  ): Paged<RefundRequest> {
    return this.list(options, async (first, after) => {
      const variables = { first, after, condition: filter };
      return present((await this.call(RefundRequestsDocument, variables, options)).refundRequests);
    });
  }

  /**
   * Approves a refund that somebody else has asked for, which queues it at once. Needs `payments.approve`.
   *
   * @throws ApprovalNeededError (your own), RefundDecidedError, RefundTooLargeError, NotFoundError, NotAllowedError,
   * TicketUsedError, TicketVoidError, BookingStatusError, InvalidInputError
   */
  async approveRefund(
    request: Ref,
    options: CallOptions & { readonly note?: string | undefined } = {},
  ): Promise<RefundRequest> {
    const variables = { input: { requestId: idOf(request), note: options.note } };
    const data = await this.callOnce(ApproveRefundDocument, variables, options);
    return present(data.approveRefund).refundRequest;
  }

  /**
   * Declines a refund that was asked for. Needs `payments.approve`.
   *
   * @throws RefundDecidedError, NotFoundError, NotAllowedError, InvalidInputError
   */
  async declineRefund(
    request: Ref,
    options: CallOptions & { readonly note?: string | undefined } = {},
  ): Promise<RefundRequest> {
    const variables = { input: { requestId: idOf(request), note: options.note } };
    const data = await this.callOnce(DeclineRefundDocument, variables, options);
    return present(data.declineRefund).refundRequest;
  }

  /** Refunds that failed and are not tried again by themselves. For members with `payments.read`. */
  failedRefunds(organization: Ref, options: ListOptions = {}): Paged<Refund> {
    return this.list(options, async (first, after) => {
      const variables = { organizationId: idOf(organization), first, after };
      return present((await this.call(FailedRefundsDocument, variables, options)).failedRefunds);
    });
  }

  /**
   * Sends a failed refund again, and returns the new one; again it is the same. Needs `payments.refund`.
   *
   * @throws RefundDecidedError (it has not failed), DisputeError, RefundTooLargeError, BookingNotFoundError,
   * NotAllowedError
   */
  async retryRefund(refund: Ref, options?: CallOptions): Promise<Refund> {
    const variables = { input: { refundId: idOf(refund) } };
    const data = await this.call(RetryRefundDocument, variables, options);
    return present(data.retryRefund).refund;
  }

  /**
   * Books what somebody has returned by hand at Stripe, of which a finding of the kind `refund_not_asked_for` tells, and
   * takes it off the sale; the buyer keeps the tickets. Repeating it is harmless. Needs `payments.refund`.
   *
   * @throws BookingStatusError (a booking in installments), DisputeError, RefundTooLargeError (refunds of ours are under
   * way), InvalidInputError, BookingNotFoundError, NotAllowedError
   */
  async bookUnaskedRefund(finding: Ref, note: string, options?: CallOptions): Promise<Refund> {
    const variables = { input: { findingId: idOf(finding), note } };
    const data = await this.call(BookUnaskedRefundDocument, variables, options);
    return present(data.bookUnaskedRefund).refund;
  }
}

/** What comes back, as it is sent. */
function named({ tickets, addOns }: Returned) {
  return {
    ticketIds: tickets?.map(idOf),
    addOnItemIds: addOns?.map(({ item }) => idOf(item)),
    addOnQuantities: addOns?.map(({ quantity }) => quantity),
  };
}
