import type { ListOptions } from "../caller.ts";
import { type LastMinuteLiveError, errorOf } from "../errors.ts";
import {
  AddBookingNoteDocument,
  ApproveBookingDocument,
  BookingChangedDocument,
  type BookingDetailsFragment,
  BookingDocument,
  type BookingFragment,
  BookingItemsDocument,
  type BookingNoteFragment,
  BookingsDocument,
  CancelBookingDocument,
  type CaptureMethod,
  ClaimBookingDocument,
  DeclineBookingDocument,
  DescribeBookingDocument,
  MyBookingsDocument,
  ReopenCheckoutDocument,
  RequestBookingLinkDocument,
  SetCategoryApprovalDocument,
  StartCheckoutDocument,
} from "../generated.ts";
import { type Booking, type Ref, idOf } from "../models.ts";
import { type Paged, all } from "../pages.ts";
import { type CallOptions, type KeyedCallOptions, present } from "../transport.ts";
import { InventoryCalls } from "./inventory.ts";

/** What a buyer says about a booking: where they come from, and what they need. */
export type BookingDetails = BookingDetailsFragment;

/** What one says about a booking: each part may be left out. */
export type BookingDescription = {
  readonly [Part in keyof BookingDetails]?: string | undefined;
};

/** What staff wrote down about a booking. */
export type BookingNote = BookingNoteFragment;

/** Where the tickets go. A signed-in user's own address and names are the defaults. */
export interface Contact {
  readonly email?: string | undefined;
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  /** E.164, such as `+431234567`. */
  readonly phone?: string | undefined;
}

/** Bookings, from the checkout on. */
export abstract class BookingCalls extends InventoryCalls {
  /**
   * Freezes a draft and asks for its payment, which `pay` then makes; a booking that costs nothing is
   * confirmed at once. Its seats stay held until the new `expiresAt`.
   *
   * @throws ContactMissingError, InvalidInputError, QuantityError, HoldExpiredError, BookingStatusError,
   * BookingNotFoundError, EventNotOnSaleError, SalesClosedError, BuyerLimitError, CardAmountError, NotFoundError,
   * SessionEndedError, IdempotencyKeyReusedError, PlanLimitError, PaymentPlanError, DiscountRefusedError
   */
  async startCheckout(
    booking: Ref,
    contact: Contact = {},
    options: KeyedCallOptions = {},
  ): Promise<Booking> {
    const input = { bookingId: idOf(booking), ...contact };
    const data = await this.callWithKey(StartCheckoutDocument, input, options);
    return await this.withAllItems(present(data.startCheckout).booking, options);
  }

  /**
   * Back to the cart, as long as nothing is paid: change its seats, add-ons or code as in any draft,
   * within the same deadline, and call `startCheckout` again, which changes the open payment to the
   * new price.
   *
   * @throws BookingStatusError (paid, under way, sold or approved by staff), HoldExpiredError,
   * BookingNotFoundError, SessionEndedError, CartTokenError
   */
  async reopenCheckout(booking: Ref, options?: CallOptions): Promise<Booking> {
    const variables = { input: { bookingId: idOf(booking) } };
    const data = await this.call(ReopenCheckoutDocument, variables, options);
    return await this.withAllItems(present(data.reopenCheckout).booking, options);
  }

  /**
   * Makes a booking yours, with the token of the mail about it. It works once.
   *
   * @throws MailedTokenError, SessionEndedError, CartTokenError, ImpersonationError
   */
  async claimBooking(token: string, options?: CallOptions): Promise<Booking> {
    this.needCart();
    const variables = { input: { token } };
    const data = await this.callOnce(ClaimBookingDocument, variables, options);
    return await this.withAllItems(present(data.claimBooking).booking, options);
  }

  /**
   * Asks for another link to a booking whose mail was lost, by its reference and the address that it was made with. If
   * there is such a booking, a mail goes there; the answer never tells. The token in it is for `claimBooking`.
   *
   * @throws InvalidInputError, SessionEndedError, CartTokenError, ImpersonationError
   */
  async requestBookingLink(
    input: { readonly bookingReference: string; readonly email: string },
    options?: CallOptions,
  ): Promise<void> {
    this.needCart();
    await this.call(RequestBookingLinkDocument, { input }, options);
  }

  /** A booking; null when there is none, or when it is not yours. */
  async booking(booking: Ref, options?: CallOptions): Promise<Booking | null> {
    const found = (await this.call(BookingDocument, { id: idOf(booking) }, options)).booking;
    return found === null ? null : await this.withAllItems(found, options);
  }

  /**
   * A booking as it is, and again whenever it changes or its time runs out, until you leave the loop or
   * the signal aborts. A lost connection is made again.
   *
   * @throws BookingNotFoundError, SessionEndedError, also later: when it is no longer yours
   */
  async *watchBooking(
    booking: Ref,
    options: CallOptions = {},
  ): AsyncGenerator<Booking, void, undefined> {
    const bookingId = idOf(booking);
    const news = this.transport.listen(
      BookingChangedDocument,
      () => ({ bookingId }),
      (_earlier, later) => later,
      options,
    );
    for await (const { bookingChanged } of news) {
      const found = present(bookingChanged).booking;
      if (found !== null) yield await this.withAllItems(found, options);
    }
  }

  /** Your own bookings, the newest first; with a filter, those of others that you may see because you work for who sells. */
  bookings(
    filter?: { readonly performanceId: string } | { readonly organizationId: string },
    options: ListOptions = {},
  ): Paged<Booking> {
    return this.list(options, async (first, after) => {
      // Never all that one may see: that would read the bookings of everybody to find out.
      const mine =
        filter === undefined
          ? (await this.call(MyBookingsDocument, { first, after }, options)).currentUser?.bookings
          : undefined;
      const page =
        mine ??
        present((await this.call(BookingsDocument, { first, after, filter }, options)).bookings);
      const nodes = await Promise.all(page.nodes.map((each) => this.withAllItems(each, options)));
      return { nodes, pageInfo: page.pageInfo };
    });
  }

  /**
   * Lets the seats of a booking go. Its owner may cancel it until it is paid; after that, the
   * organization, which voids the tickets and returns all of the money.
   *
   * @throws BookingNotFoundError, BookingStatusError, NotAllowedError, TicketUsedError, SessionEndedError,
   * CartTokenError, IdempotencyKeyReusedError, ApprovalNeededError, InvalidInputError
   */
  async cancel(
    booking: Ref,
    options: KeyedCallOptions & { readonly reason?: string | undefined } = {},
  ): Promise<Booking> {
    const input = { bookingId: idOf(booking), reason: options.reason };
    const data = await this.callWithKey(CancelBookingDocument, input, options);
    return await this.withAllItems(present(data.cancelBooking).booking, options);
  }

  /**
   * Says where the buyer comes from, and what they need. What is left out stays as it is; an empty text removes it.
   *
   * @throws BookingNotFoundError, InvalidInputError, SessionEndedError, CartTokenError
   */
  async describeBooking(
    booking: Ref,
    details: BookingDescription,
    options?: CallOptions,
  ): Promise<BookingDetails> {
    const variables = { input: { bookingId: idOf(booking), ...details } };
    const data = await this.call(DescribeBookingDocument, variables, options);
    return present(data.describeBooking).bookingDetail;
  }

  /**
   * Writes something down about a booking that its buyer does not see. Needs `bookings.manage`.
   *
   * @throws BookingNotFoundError, InvalidInputError, NotSignedInError, SessionEndedError
   */
  async addBookingNote(booking: Ref, note: string, options?: CallOptions): Promise<BookingNote> {
    const variables = { input: { bookingId: idOf(booking), note } };
    const data = await this.callOnce(AddBookingNoteDocument, variables, options);
    return present(data.addBookingNote).bookingNote;
  }

  /**
   * Whether orders of a category wait for an answer; with `captureMethod` `manual` the card is
   * authorized at checkout, and charged by a yes. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError
   */
  async setCategoryApproval(
    ticketCategory: Ref,
    requiresApproval: boolean,
    terms: {
      readonly approvalHours?: number | undefined;
      readonly approvedPaymentHours?: number | undefined;
      readonly captureMethod?: CaptureMethod | undefined;
    } = {},
    options?: CallOptions,
  ): Promise<void> {
    const input = { ticketCategoryId: idOf(ticketCategory), requiresApproval, ...terms };
    await this.call(SetCategoryApprovalDocument, { input }, options);
  }

  /**
   * Says yes to a booking that is `pending_approval`: the card that was authorized is charged, or the
   * buyer is mailed, and may pay. Needs `bookings.manage`.
   *
   * @throws NotFoundError, NotAllowedError, BookingStatusError, HoldExpiredError, PaymentPlanError,
   * OrganizationNotActiveError, EventNotOnSaleError
   */
  async approveBooking(booking: Ref, options?: CallOptions): Promise<Booking> {
    const variables = { input: { bookingId: idOf(booking) } };
    const data = await this.callOnce(ApproveBookingDocument, variables, options);
    return await this.withAllItems(present(data.approveBooking).booking, options);
  }

  /**
   * Says no to it: its seats are free, and its buyer is mailed the reason. Needs `bookings.manage`.
   *
   * @throws NotFoundError, NotAllowedError, BookingStatusError, HoldExpiredError, InvalidInputError
   */
  async declineBooking(booking: Ref, reason: string, options?: CallOptions): Promise<Booking> {
    const variables = { input: { bookingId: idOf(booking), reason } };
    const data = await this.callOnce(DeclineBookingDocument, variables, options);
    return await this.withAllItems(present(data.declineBooking).booking, options);
  }

  /** A booking with all of its lines; the first hundred come with it. */
  protected async withAllItems(fragment: BookingFragment, options?: CallOptions): Promise<Booking> {
    const { items, ...booking } = fragment;
    const more = await all(async (after) => {
      if (after === null) return items;
      const variables = { bookingId: booking.id, after };
      return present((await this.call(BookingItemsDocument, variables, options)).bookingItems);
    });
    return { ...booking, items: more };
  }
}

/** What the server says of a booking that is not there, for calls that find it out by themselves. */
export function bookingNotFound(bookingId: string): LastMinuteLiveError {
  return errorOf("There is no such booking, or it is not yours.", {
    code: "LMBKG",
    detail: bookingId,
  });
}
