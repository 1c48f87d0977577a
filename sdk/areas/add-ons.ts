import type { ListOptions } from "../caller.ts";
import {
  AddAddOnCodesDocument,
  AddAddOnDocument,
  type AddOnFragment,
  type AddOnOrderFragment,
  AddOnOrdersDocument,
  AddOnStockDocument,
  AddOnsDocument,
  AddOnsLeftDocument,
  CreateAddOnDocument,
  type CreateAddOnInput,
  MarkAddOnDeliveredDocument,
  OpenAddOnDocument,
  type OpenedAddOnFragment,
  SetAddOnDownloadDocument,
  SetAddOnStockDocument,
  SetDeliveryAddressDocument,
  UpdateAddOnDocument,
  type UpdateAddOnInput,
} from "../generated.ts";
import { type Booking, type Ref, idOf, optionalIdOf } from "../models.ts";
import { formatCents } from "../money.ts";
import type { Paged } from "../pages.ts";
import { type CallOptions, type KeyedCallOptions, present } from "../transport.ts";
import { WaitingListCalls } from "./waiting-list.ts";

/** What is sold besides tickets. */
export type AddOn = AddOnFragment;

/** An add-on that somebody paid for. */
export type AddOnOrder = AddOnOrderFragment;

/** What the buyer of a digital add-on gets. */
export type OpenedAddOn = OpenedAddOnFragment;

/** The stock of an add-on. */
export interface AddOnStock {
  readonly total: number | null;
  readonly held: number | null;
  readonly sold: number | null;
  readonly available: number | null;
}

/** What is sold besides tickets. */
export abstract class AddOnCalls extends WaitingListCalls {
  /** What is sold besides tickets at an event: its own, and what its organization sells with all. */
  async addOns(event: Ref, options?: CallOptions): Promise<readonly AddOn[]> {
    const found = (await this.call(AddOnsDocument, { eventId: idOf(event) }, options)).event;
    if (found === null) return [];
    const ofAllEvents = found.organization?.addOns.nodes ?? [];
    return [
      ...found.addOns.nodes,
      ...ofAllEvents.filter(({ currency }) => currency === found.currency),
    ]
      .filter(({ isActive }) => isActive)
      .sort((one, other) => one.sortOrder - other.sortOrder);
  }

  /** How many of an add-on can be had now; null when there is no end of it. */
  async addOnsLeft(addOn: Ref, options?: CallOptions): Promise<number | null> {
    return (await this.call(AddOnsLeftDocument, { addOnId: idOf(addOn) }, options)).addOnsLeft;
  }

  /**
   * Sets how many of an add-on a draft has; 0 takes it out.
   *
   * @throws FewLeftError, QuantityError, NotFoundError, SalesClosedError, EventNotOnSaleError,
   * HoldExpiredError, BookingStatusError, BookingNotFoundError
   */
  async addAddOn(
    booking: Ref,
    addOn: Ref,
    quantity: number,
    options?: CallOptions,
  ): Promise<Booking> {
    const variables = { input: { bookingId: idOf(booking), addOnId: idOf(addOn), quantity } };
    const data = await this.call(AddAddOnDocument, variables, options);
    return await this.withAllItems(present(data.addAddOn).booking, options);
  }

  /**
   * Where the add-ons of a booking are mailed to: name, street, town and country, in lines.
   *
   * @throws InvalidInputError, BookingStatusError, BookingNotFoundError
   */
  async setDeliveryAddress(booking: Ref, address: string, options?: CallOptions): Promise<void> {
    const variables = { input: { bookingId: idOf(booking), address } };
    await this.call(SetDeliveryAddressDocument, variables, options);
  }

  /**
   * Something to sell besides tickets: for an event, or, with `organizationId` and `currency`, for
   * all events of an organization. Without a `stock` there is no end of it. Needs `events.manage`.
   *
   * @throws InvalidInputError, UnknownCurrencyError, EventNotOnSaleError, NotFoundError,
   * NotAllowedError, IdempotencyKeyReusedError
   */
  async createAddOn(
    input: Omit<CreateAddOnInput, "idempotencyKey" | "clientMutationId" | "priceCents"> & {
      /** In the currency's minor unit. */
      readonly priceCents: number;
    },
    options: KeyedCallOptions = {},
  ): Promise<AddOn> {
    const { priceCents, ...rest } = input;
    const priced = { ...rest, priceCents: formatCents(priceCents) };
    const data = await this.callWithKey(CreateAddOnDocument, priced, options);
    return present(data.createAddOn).addOn;
  }

  /**
   * Changes an add-on; what is in carts keeps its price. Needs `events.manage`.
   *
   * @throws InvalidInputError, NotFoundError, NotAllowedError
   */
  async updateAddOn(
    addOn: Ref,
    changes: Omit<UpdateAddOnInput, "addOnId" | "clientMutationId" | "priceCents"> & {
      /** In the currency's minor unit. */
      readonly priceCents?: number | undefined;
    },
    options?: CallOptions,
  ): Promise<AddOn> {
    const { priceCents, ...rest } = changes;
    const price = priceCents === undefined ? undefined : formatCents(priceCents);
    const variables = { input: { ...rest, addOnId: idOf(addOn), priceCents: price } };
    const data = await this.call(UpdateAddOnDocument, variables, options);
    return present(data.updateAddOn).addOn;
  }

  /**
   * How many there are of an add-on, held, sold and free; null when there is no end of it. Needs
   * `inventory.read`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async addOnStock(addOn: Ref, options?: CallOptions): Promise<AddOnStock | null> {
    return (await this.call(AddOnStockDocument, { addOnId: idOf(addOn) }, options)).addOnStock;
  }

  /**
   * How many there are of an add-on in all. Needs `inventory.manage`.
   *
   * @throws CapacityTooLowError, InvalidInputError, NotFoundError, NotAllowedError
   */
  async setAddOnStock(addOn: Ref, total: number, options?: CallOptions): Promise<AddOnStock> {
    const variables = { input: { addOnId: idOf(addOn), total } };
    const data = await this.call(SetAddOnStockDocument, variables, options);
    return present(present(data.setAddOnStock).addOnCount);
  }

  /**
   * What buyers of a performance have paid for besides tickets: the pick-up list. Needs
   * `tickets.read`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  addOnOrders(
    performance: Ref,
    options: ListOptions & {
      readonly addOn?: Ref | undefined;
      readonly delivered?: boolean | undefined;
    } = {},
  ): Paged<AddOnOrder> {
    return this.list(options, async (first, after) => {
      const variables = {
        performanceId: idOf(performance),
        addOnId: optionalIdOf(options.addOn),
        delivered: options.delivered,
        first,
        after,
      };
      return present((await this.call(AddOnOrdersDocument, variables, options)).addOnOrders);
    });
  }

  /**
   * Notes that a buyer has got an add-on, once; when is the result. Needs `tickets.scan`. Not
   * repeated when its answer is lost: read the list.
   *
   * @throws TicketUsedError (they have got it), BookingStatusError, NotFoundError, NotAllowedError
   */
  async markAddOnDelivered(bookingItem: Ref, options?: CallOptions): Promise<string> {
    const data = await this.callOnce(
      MarkAddOnDeliveredDocument,
      { input: { bookingItemId: idOf(bookingItem) } },
      options,
    );
    return present(data.markAddOnDelivered).addOnDelivery.deliveredAt;
  }

  /**
   * Where buyers of a digital add-on find it, an https address that only they see. Needs `events.manage`.
   *
   * @throws InvalidInputError, NotFoundError, NotAllowedError
   */
  async setAddOnDownload(addOn: Ref, url: string, options?: CallOptions): Promise<AddOn> {
    const variables = { input: { addOnId: idOf(addOn), url } };
    const data = await this.call(SetAddOnDownloadDocument, variables, options);
    return present(data.setAddOnDownload).addOn;
  }

  /**
   * Adds codes, of which buyers of a digital add-on with a stock get one for each unit; known ones are left out. The codes are
   * its stock from then on. Needs `events.manage`.
   *
   * @throws CapacityTooLowError, InvalidInputError, NotFoundError, NotAllowedError
   */
  async addAddOnCodes(
    addOn: Ref,
    codes: readonly string[],
    options?: CallOptions,
  ): Promise<AddOnStock> {
    const variables = { input: { addOnId: idOf(addOn), codes: [...codes] } };
    const data = await this.call(AddAddOnCodesDocument, variables, options);
    return present(present(data.addAddOnCodes).addOnCount);
  }

  /**
   * What the buyer of a digital add-on gets, always the same. When they first looked is noted.
   *
   * @throws BookingNotFoundError, BookingStatusError (not paid for, or returned), NotFoundError (there is nothing yet),
   * FewLeftError (try again), ImpersonationError, SessionEndedError, CartTokenError
   */
  async openAddOn(bookingItem: Ref, options?: CallOptions): Promise<OpenedAddOn> {
    const variables = { input: { bookingItemId: idOf(bookingItem) } };
    const data = await this.call(OpenAddOnDocument, variables, options);
    return present(present(data.openAddOn).openedAddOn);
  }
}
