import type { ListOptions } from "../caller.ts";
import {
  ConfirmWaitingListPlaceDocument,
  JoinWaitingListDocument,
  LeaveWaitingListDocument,
  MyWaitingListEntriesDocument,
  RemoveWaitingListEntryDocument,
  RequestWaitingListPlaceDocument,
  WaitingListEntriesDocument,
  WaitingListEntryByTokenDocument,
  type WaitingListEntryFragment,
} from "../generated.ts";
import { type Ref, idOf } from "../models.ts";
import type { Paged } from "../pages.ts";
import { type CallOptions, present } from "../transport.ts";
import { HoldCalls } from "./holds.ts";

/** Somebody who waits for places of a date that is sold out, and what became of it. */
export type WaitingListEntry = WaitingListEntryFragment;

/** For which places one waits. */
export interface WaitingOptions extends CallOptions {
  /** Tickets of this category; any when it is left out. */
  readonly ticketCategory?: Ref | undefined;
  /** Places of wheelchair users and their companions. */
  readonly accessible?: boolean | undefined;
}

/** Waiting for places of a date that is sold out. */
export abstract class WaitingListCalls extends HoldCalls {
  /**
   * Waits for places that are not to be had. When they become free, they are held in a booking of yours, and you are
   * mailed. The same again changes nothing.
   *
   * @throws NoWaitingListError, PlacesFreeError, AlreadyWaitingError, QuantityError, EventNotOnSaleError,
   * SalesClosedError, MembersOnlyError, ContactMissingError, NotFoundError, SessionEndedError
   */
  async joinWaitingList(
    performance: Ref,
    quantity: number,
    options: WaitingOptions = {},
  ): Promise<WaitingListEntry> {
    const input = wish(performance, quantity, options);
    const data = await this.call(JoinWaitingListDocument, { input }, options);
    return present(data.joinWaitingList).waitingListEntry;
  }

  /**
   * Asks to wait without an account: it counts once `confirmWaitingListPlace` has the token that is mailed to the
   * address. A guest gets a `cartToken`.
   *
   * @throws NoWaitingListError, PlacesFreeError, QuantityError, EventNotOnSaleError, SalesClosedError,
   * MembersOnlyError, AccountRequiredError, InvalidInputError, NotFoundError
   */
  async requestWaitingListPlace(
    performance: Ref,
    email: string,
    quantity: number,
    options: WaitingOptions = {},
  ): Promise<void> {
    this.needCart();
    const input = { email, ...wish(performance, quantity, options) };
    await this.callOnce(RequestWaitingListPlaceDocument, { input }, options);
  }

  /**
   * Waits from now on, with the token of the mail. The same token tells the place later, and lets one leave.
   *
   * @throws MailedTokenError, NoWaitingListError, AlreadyWaitingError, EventNotOnSaleError, SalesClosedError,
   * QuantityError, AccountRequiredError, MembersOnlyError, NotFoundError
   */
  async confirmWaitingListPlace(token: string, options?: CallOptions): Promise<WaitingListEntry> {
    const data = await this.call(ConfirmWaitingListPlaceDocument, { token }, options);
    return present(data.confirmWaitingListPlace).waitingListEntry;
  }

  /** What became of the waiting of a guest, by the token of their mail; null for any other token. */
  async waitingListEntry(token: string, options?: CallOptions): Promise<WaitingListEntry | null> {
    const data = await this.call(WaitingListEntryByTokenDocument, { token }, options);
    return data.waitingListEntryByToken;
  }

  /** For what the user waits, and has waited, the newest first. */
  myWaitingListEntries(options: ListOptions = {}): Paged<WaitingListEntry> {
    return this.list(options, async (first, after) => {
      const data = await this.call(MyWaitingListEntriesDocument, { first, after }, options);
      return present(data.currentUser).waitingListEntries;
    });
  }

  /**
   * Waits no more: by one's entry, or by the token of a guest's mail. What was offered, and is not being paid, goes to
   * the next one. Leaving again changes nothing.
   *
   * @throws NotFoundError, MailedTokenError, BusyError, SessionEndedError
   */
  async leaveWaitingList(
    entry: Ref | { readonly token: string },
    options?: CallOptions,
  ): Promise<WaitingListEntry> {
    const input =
      typeof entry === "object" && "token" in entry
        ? { token: entry.token }
        : { entryId: idOf(entry) };
    const data = await this.call(LeaveWaitingListDocument, { input }, options);
    return present(data.leaveWaitingList).waitingListEntry;
  }

  /** Who waits for a performance, and has waited, in order of joining. Needs `bookings.read`. */
  waitingList(performance: Ref, options: ListOptions = {}): Paged<WaitingListEntry> {
    return this.list(options, async (first, after) => {
      const variables = { performanceId: idOf(performance), first, after };
      const data = await this.call(WaitingListEntriesDocument, variables, options);
      return present(data.waitingListEntries);
    });
  }

  /**
   * Takes somebody off a waiting list. Needs `bookings.manage`.
   *
   * @throws NotFoundError, NotAllowedError, BusyError
   */
  async removeWaitingListEntry(entry: Ref, options?: CallOptions): Promise<WaitingListEntry> {
    const data = await this.call(RemoveWaitingListEntryDocument, { entryId: idOf(entry) }, options);
    return present(data.removeWaitingListEntry).waitingListEntry;
  }
}

function wish(performance: Ref, quantity: number, options: WaitingOptions) {
  const { ticketCategory, accessible } = options;
  return {
    performanceId: idOf(performance),
    quantity,
    ticketCategoryId: ticketCategory === undefined ? undefined : idOf(ticketCategory),
    accessible,
  };
}
