import { errorOf } from "../errors.ts";
import {
  AcquireSeatLockDocument,
  ExtendHoldDocument,
  HoldAdmissionsDocument,
  HoldAllocatedAdmissionsDocument,
  HoldAllocatedSeatsDocument,
  HoldBestAvailableDocument,
  HoldSeatsDocument,
  ReleaseAdmissionsDocument,
  ReleaseSeatLockDocument,
  ReleaseSeatsDocument,
} from "../generated.ts";
import { type Booking, type Ref, idOf, optionalIdOf } from "../models.ts";
import { type CallOptions, type KeyedCallOptions, present } from "../transport.ts";
import { BookingCalls } from "./bookings.ts";

/** Holding seats and admissions for a while, to buy them. */
export abstract class HoldCalls extends BookingCalls {
  /**
   * Holds seats in a new booking, or adds them to a draft, all of them or none. They are yours until
   * the booking's `expiresAt`: 15 minutes from the first hold unless the organization says otherwise,
   * and extended by `startCheckout`. A guest gets a `cartToken`.
   *
   * @param seats - Their ids, or the seats of a seat map.
   * @throws SeatsTakenError, UnknownSeatsError, DuplicateSeatsError, QuantityError, EventNotOnSaleError,
   * SalesClosedError, AccountRequiredError, HoldExpiredError, BookingStatusError, BookingNotFoundError,
   * SessionEndedError, IdempotencyKeyReusedError, NotFoundError, MembersOnlyError, TooManyCartsError,
   * RefusedByRuleError, InvalidInputError
   */
  async hold(
    performance: Ref,
    seats: readonly Ref[],
    options: KeyedCallOptions & { readonly booking?: Ref | undefined } = {},
  ): Promise<Booking> {
    this.needCart();
    const bookingId = optionalIdOf(options.booking);
    const input = { performanceId: idOf(performance), seatIds: seats.map(idOf), bookingId };
    const data = await this.callWithKey(HoldSeatsDocument, input, options);
    return await this.withAllItems(present(data.holdSeats).booking, options);
  }

  /**
   * Holds the best free seats of a category, side by side unless `together` is false. Places for
   * wheelchairs and their companions are given when `accessible` is true, and never otherwise.
   *
   * @throws FewLeftError, QuantityError, EventNotOnSaleError, SalesClosedError, AccountRequiredError,
   * TooManyCartsError, HoldExpiredError, BookingStatusError, BookingNotFoundError, SessionEndedError,
   * IdempotencyKeyReusedError, NotFoundError, BusyError, MembersOnlyError, RefusedByRuleError,
   * InvalidInputError
   */
  async holdBestAvailable(
    performance: Ref,
    ticketCategory: Ref,
    quantity: number,
    options: KeyedCallOptions & {
      readonly booking?: Ref | undefined;
      readonly together?: boolean | undefined;
      readonly accessible?: boolean | undefined;
    } = {},
  ): Promise<Booking> {
    this.needCart();
    const { together, accessible, booking } = options;
    const input = {
      ...placesOf(performance, ticketCategory, quantity, booking),
      together,
      accessible,
    };
    const data = await this.callWithKey(HoldBestAvailableDocument, input, options);
    return await this.withAllItems(present(data.holdBestAvailable).booking, options);
  }

  /**
   * Holds admissions, which have no seat, in a new booking or in a draft, beside seats if you like.
   *
   * @throws FewLeftError, QuantityError, EventNotOnSaleError, SalesClosedError, AccountRequiredError,
   * TooManyCartsError, HoldExpiredError, BookingStatusError, BookingNotFoundError, SessionEndedError,
   * IdempotencyKeyReusedError, NotFoundError, MembersOnlyError, RefusedByRuleError, InvalidInputError
   */
  async holdAdmissions(
    performance: Ref,
    ticketCategory: Ref,
    quantity: number,
    options: KeyedCallOptions & { readonly booking?: Ref | undefined } = {},
  ): Promise<Booking> {
    this.needCart();
    const input = placesOf(performance, ticketCategory, quantity, options.booking);
    const data = await this.callWithKey(HoldAdmissionsDocument, input, options);
    return await this.withAllItems(present(data.holdAdmissions).booking, options);
  }

  /**
   * Lets admissions of a draft go. Not repeated when its answer is lost: look at the booking.
   *
   * @throws QuantityError, BookingStatusError, HoldExpiredError, BookingNotFoundError, SalesClosedError,
   * EventNotOnSaleError
   */
  async releaseAdmissions(
    booking: Ref,
    ticketCategory: Ref,
    quantity: number,
    options?: CallOptions,
  ): Promise<Booking> {
    const input = { bookingId: idOf(booking), ticketCategoryId: idOf(ticketCategory), quantity };
    const data = await this.callOnce(ReleaseAdmissionsDocument, { input }, options);
    return await this.withAllItems(present(data.releaseAdmissions).booking, options);
  }

  /**
   * Gives a draft its full time again, within the organization's maximum from its beginning.
   *
   * @throws HoldExpiredError, BookingStatusError, BookingNotFoundError, SalesClosedError, EventNotOnSaleError
   */
  async extendHold(booking: Ref, options?: CallOptions): Promise<Booking> {
    const variables = { input: { bookingId: idOf(booking) } };
    const data = await this.call(ExtendHoldDocument, variables, options);
    return await this.withAllItems(present(data.extendHold).booking, options);
  }

  /**
   * Holds seats of an allocation for the caller, to sell them to somebody. Needs `inventory.sell`.
   *
   * @throws UnknownSeatsError, NotFoundError, NotAllowedError, MembersOnlyError, TooManyCartsError,
   * RefusedByRuleError, InvalidInputError, and what `hold` throws
   */
  async holdAllocatedSeats(
    allocation: Ref,
    seats: readonly Ref[],
    options: KeyedCallOptions & { readonly booking?: Ref | undefined } = {},
  ): Promise<Booking> {
    const input = {
      allocationId: idOf(allocation),
      seatIds: seats.map(idOf),
      bookingId: optionalIdOf(options.booking),
    };
    const data = await this.callWithKey(HoldAllocatedSeatsDocument, input, options);
    return await this.withAllItems(present(data.holdAllocatedSeats).booking, options);
  }

  /**
   * Lets seats of a draft go; the others and their prices stay. Not repeated when its answer is lost,
   * because the second attempt would find the seats gone from the booking: look at it with `booking`.
   *
   * @throws UnknownSeatsError, BookingStatusError, HoldExpiredError, BookingNotFoundError, DuplicateSeatsError,
   * QuantityError, SalesClosedError, EventNotOnSaleError
   */
  async release(booking: Ref, seats: readonly Ref[], options?: CallOptions): Promise<Booking> {
    const input = { bookingId: idOf(booking), seatIds: seats.map(idOf) };
    const data = await this.callOnce(ReleaseSeatsDocument, { input }, options);
    return await this.withAllItems(present(data.releaseSeats).booking, options);
  }

  /**
   * Locks one seat of an event that has one performance, for a signed-in user. True: it is locked;
   * false: somebody else has it. Prefer `hold`, which takes several at once and serves guests.
   *
   * Repeated by itself only with a `bookingId`: without one, a second attempt would find the seat
   * locked by the first.
   *
   * @throws NotSignedInError, SessionEndedError, NotAllowedError, InvalidInputError, UnknownSeatsError,
   * EventNotOnSaleError, SalesClosedError, QuantityError, BookingNotFoundError, BookingStatusError,
   * HoldExpiredError, NotFoundError, RefusedByRuleError, MembersOnlyError, TooManyCartsError
   */
  async acquireSeatLock(
    input: {
      readonly eventId: string;
      readonly seatId: string;
      /** Default: the signed-in user. Staff may name the owner of the booking. */
      readonly userId?: string | undefined;
      readonly bookingId?: string | undefined;
      /** 1 to 1440, and at most what the organization allows. Default: 10. */
      readonly lockDurationMinutes?: number | undefined;
    },
    options?: CallOptions,
  ): Promise<boolean> {
    const userId = input.userId ?? (await this.#userId(options));
    const data = await this.transport.graphql(
      AcquireSeatLockDocument,
      { input: { ...input, userId } },
      input.bookingId !== undefined,
      options,
    );
    return present(data.acquireSeatLock).acquired;
  }

  /**
   * Lets one seat of the user's draft go. False when it holds no such seat. Not repeated when its
   * answer is lost: that would turn a true into a false.
   *
   * @throws NotSignedInError, SessionEndedError, HoldExpiredError, BookingStatusError,
   * EventNotOnSaleError, SalesClosedError
   */
  async releaseSeatLock(
    input: {
      readonly eventId: string;
      readonly seatId: string;
      /** Default: the signed-in user. Staff may name the owner of the booking. */
      readonly userId?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<boolean> {
    const userId = input.userId ?? (await this.#userId(options));
    const variables = { input: { ...input, userId } };
    const data = await this.callOnce(ReleaseSeatLockDocument, variables, options);
    return present(data.releaseSeatLock).released;
  }

  /**
   * Sells places of an allocation, as {@link holdAdmissions} does those on sale. Needs `inventory.sell`.
   *
   * @throws FewLeftError, QuantityError, InvalidInputError, NotFoundError, NotAllowedError, MembersOnlyError,
   * RefusedByRuleError, and what {@link holdAdmissions} throws
   */
  async holdAllocatedAdmissions(
    allocation: Ref,
    ticketCategory: Ref,
    quantity: number,
    options: KeyedCallOptions & { readonly booking?: Ref | undefined } = {},
  ): Promise<Booking> {
    const input = {
      allocationId: idOf(allocation),
      ticketCategoryId: idOf(ticketCategory),
      quantity,
      bookingId: optionalIdOf(options.booking),
    };
    const data = await this.callWithKey(HoldAllocatedAdmissionsDocument, input, options);
    return await this.withAllItems(present(data.holdAllocatedAdmissions).booking, options);
  }

  async #userId(options: CallOptions | undefined): Promise<string> {
    const user = await this.currentUser(options);
    if (user !== null) return user.id;
    throw errorOf("You are not signed in.", { code: "LMAUT", hint: "Sign in first." });
  }
}

/** So many places of a category, in a new booking or in a draft. */
function placesOf(performance: Ref, ticketCategory: Ref, quantity: number, booking?: Ref) {
  return {
    performanceId: idOf(performance),
    ticketCategoryId: idOf(ticketCategory),
    quantity,
    bookingId: optionalIdOf(booking),
  };
}
