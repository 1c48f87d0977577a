import { type ListOptions, PAGE_SIZE } from "../caller.ts";
import {
  CreateEventAccessCodeDocument,
  CreateEventDocument,
  CreatePerformanceDocument,
  CreatePerformancesDocument,
  type CreatePerformancesInput,
  CreateVirtualEventDocument,
  EventCategoriesDocument,
  type EventCategoriesQuery,
  EventDocument,
  EventsDocument,
  OnlineAddressDocument,
  type OnlineAddressQuery,
  PerformanceDocument,
  PerformancesDocument,
  PublishEventDocument,
  RevokeEventAccessCodesDocument,
  SearchEventsDocument,
  SetOnlineAddressDocument,
  UpdateEventDocument,
  type UpdateEventInput,
  UpdatePerformanceDocument,
} from "../generated.ts";
import { type Event, type Performance, type Ref, idOf } from "../models.ts";
import { formatCents } from "../money.ts";
import { Paged } from "../pages.ts";
import { type CallOptions, type KeyedCallOptions, present } from "../transport.ts";
import { VenueCalls } from "./venues.ts";

/** What may be said of an event. Categories are slugs. */
export type EventChanges = Omit<UpdateEventInput, "clientMutationId" | "eventId">;

/** When an event takes place again and again. Dates are `2040-12-31`, times `19:30`, Monday is 1. */
export type Schedule = Omit<CreatePerformancesInput, "clientMutationId" | "eventId">;

/** A kind of events. */
export type EventCategory = NonNullable<EventCategoriesQuery["eventCategories"]>["nodes"][number];

/** Where an event takes place online. */
export type OnlineAddress = NonNullable<OnlineAddressQuery["eventOnlineAddress"]>;

/** What to look for. Prices are in the minor unit, so give a currency with them. */
export interface EventSearch {
  readonly query?: string | undefined;
  /** Default: now. */
  readonly startsFrom?: string | undefined;
  readonly startsBefore?: string | undefined;
  readonly city?: string | undefined;
  readonly venueId?: string | undefined;
  /** A slug; it finds narrower kinds, too. */
  readonly category?: string | undefined;
  readonly tag?: string | undefined;
  readonly currency?: string | undefined;
  readonly priceCentsMin?: number | undefined;
  readonly priceCentsMax?: number | undefined;
  readonly organizationId?: string | undefined;
}

/** An event that was found, and when it is next. */
export interface FoundEvent {
  readonly event: Event;
  readonly startsAt: string;
}

/** Events and their dates: finding them, and organizing them. */
export abstract class EventCalls extends VenueCalls {
  /** The events you may see, the newest first; drafts are for members of their organization. */
  events(
    filter: { readonly organizationId?: string | undefined } = {},
    options: ListOptions = {},
  ): Paged<Event> {
    return this.list(options, async (first, after) => {
      const variables = { first, after, ...filter };
      return present((await this.call(EventsDocument, variables, options)).events);
    });
  }

  /**
   * Finds public events that are still to come: the best match first, then the earliest. Typing errors are forgiven.
   *
   * @throws InvalidInputError, UnknownCurrencyError
   */
  search(search: EventSearch = {}, options: ListOptions = {}): Paged<FoundEvent> {
    const { priceCentsMin, priceCentsMax, ...rest } = search;
    const pageSize = options.pageSize ?? PAGE_SIZE;
    return new Paged(async (after) => {
      const variables = {
        ...rest,
        ...(priceCentsMin === undefined ? {} : { priceCentsMin: formatCents(priceCentsMin) }),
        ...(priceCentsMax === undefined ? {} : { priceCentsMax: formatCents(priceCentsMax) }),
        first: pageSize,
        after,
      };
      const { searchEvents } = await this.call(SearchEventsDocument, variables, options);
      const { nodes } = present(searchEvents);
      const items = nodes.flatMap(({ event, startsAt }) =>
        event === null || startsAt === null ? [] : [{ event, startsAt }],
      );
      return { items, next: nodes.length < pageSize ? null : (nodes.at(-1)?.cursor ?? null) };
    });
  }

  /** The kinds of events there are. */
  async eventCategories(options?: CallOptions): Promise<readonly EventCategory[]> {
    return present((await this.call(EventCategoriesDocument, {}, options)).eventCategories).nodes;
  }

  /** Where an event takes place online; null for who has no ticket for it. */
  async onlineAddress(event: Ref, options?: CallOptions): Promise<OnlineAddress | null> {
    const variables = { eventId: idOf(event) };
    return (await this.call(OnlineAddressDocument, variables, options)).eventOnlineAddress;
  }

  /** An event; null when there is none, or when it is not for you. */
  async event(event: Ref, options?: CallOptions): Promise<Event | null> {
    return (await this.call(EventDocument, { id: idOf(event) }, options)).event;
  }

  /** The dates of an event, in order of time. */
  performances(event: Ref, options: ListOptions = {}): Paged<Performance> {
    return this.list(options, async (first, after) => {
      const variables = { eventId: idOf(event), first, after };
      return present((await this.call(PerformancesDocument, variables, options)).performances);
    });
  }

  /** A date of an event; null when there is none, or when it is not for you. */
  async performance(performance: Ref, options?: CallOptions): Promise<Performance | null> {
    return (await this.call(PerformanceDocument, { id: idOf(performance) }, options)).performance;
  }

  /**
   * A new draft of an event. Sales begin at once, or at `salesStart`, and end at `salesEnd`, or when a
   * performance starts. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, SlugTakenError, UnknownCurrencyError, InvalidInputError,
   * IdempotencyKeyReusedError, UnknownTimezoneError
   */
  async createEvent(
    input: {
      readonly organizationId: string;
      readonly venueId: string;
      readonly title: string;
      readonly slug: string;
      readonly description?: string | undefined;
      /** ISO 4217. Default: the organization's. */
      readonly currency?: string | undefined;
      readonly salesStart?: string | undefined;
      readonly salesEnd?: string | undefined;
      readonly taxRateId?: string | undefined;
      /** Sections of the plan that are not for sale. */
      readonly blockedSections?: readonly string[] | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<Event> {
    const data = await this.callWithKey(CreateEventDocument, input, options);
    return present(data.createEvent).event;
  }

  /**
   * A date of an event, on sale at once if the event is published. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, EventNotOnSaleError, NotPublishableError,
   * InvalidInputError, IdempotencyKeyReusedError
   */
  async createPerformance(
    input: {
      readonly eventId: string;
      readonly layoutId?: string | undefined;
      readonly startsAt: string;
      readonly endsAt?: string | undefined;
      readonly doorsAt?: string | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<Performance> {
    const data = await this.callWithKey(CreatePerformanceDocument, input, options);
    return present(data.createPerformance).performance;
  }

  /**
   * Puts an event on sale; publishing a published event changes nothing. Needs `events.manage`.
   *
   * @throws NotPublishableError, EventNotOnSaleError, NotFoundError, NotAllowedError, OrganizationNotActiveError,
   * PlanLimitError
   */
  async publishEvent(event: Ref, options?: CallOptions): Promise<Event> {
    const variables = { input: { eventId: idOf(event) } };
    const data = await this.call(PublishEventDocument, variables, options);
    return present(data.publishEvent).event;
  }

  /**
   * A draft of an event that takes place online only. Its dates come from {@link createPerformances}, without a layout.
   * Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError, SlugTakenError, UnknownTimezoneError,
   * UnknownCurrencyError, IdempotencyKeyReusedError
   */
  async createVirtualEvent(
    input: {
      readonly organizationId: string;
      readonly title: string;
      readonly slug: string;
      /** IANA name, such as `Europe/Vienna`. */
      readonly timezone: string;
      readonly description?: string | undefined;
      readonly currency?: string | undefined;
      readonly salesStart?: string | undefined;
      readonly salesEnd?: string | undefined;
      readonly taxRateId?: string | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<Event> {
    const data = await this.callWithKey(CreateVirtualEventDocument, input, options);
    return present(data.createVirtualEvent).event;
  }

  /**
   * Changes an event: what is not given stays as it is; an empty text or 0 removes a value. docs/events.md says what may
   * change when. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, EventNotOnSaleError, InvalidInputError, SlugTakenError,
   * UnknownTimezoneError
   */
  async updateEvent(event: Ref, changes: EventChanges, options?: CallOptions): Promise<Event> {
    const variables = { input: { ...changes, eventId: idOf(event) } };
    const data = await this.call(UpdateEventDocument, variables, options);
    return present(data.updateEvent).event;
  }

  /**
   * Changes the times of a date; its start only while nobody has a ticket. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, EventNotOnSaleError, InvalidInputError
   */
  async updatePerformance(
    performance: Ref,
    changes: {
      readonly startsAt?: string | undefined;
      readonly endsAt?: string | undefined;
      readonly doorsAt?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<Performance> {
    const variables = { input: { ...changes, performanceId: idOf(performance) } };
    const data = await this.call(UpdatePerformanceDocument, variables, options);
    return present(data.updatePerformance).performance;
  }

  /**
   * A date at each of the times, on each of the weekdays, from the first to the last day, as the clocks are where the event
   * is. Dates that are there already stay. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, EventNotOnSaleError, NotPublishableError, InvalidInputError
   */
  async createPerformances(
    event: Ref,
    schedule: Schedule,
    options?: CallOptions,
  ): Promise<readonly Performance[]> {
    const variables = { input: { ...schedule, eventId: idOf(event) } };
    const data = await this.call(CreatePerformancesDocument, variables, options);
    return present(data.createPerformances).performances;
  }

  /**
   * Where a virtual or hybrid event takes place online, for who has a ticket. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError
   */
  async setOnlineAddress(
    event: Ref,
    input: { readonly address: string; readonly instructions?: string | undefined },
    options?: CallOptions,
  ): Promise<void> {
    const variables = { input: { ...input, eventId: idOf(event) } };
    await this.call(SetOnlineAddressDocument, variables, options);
  }

  /**
   * A code that opens an unlisted or private event; it cannot be shown again. Not repeated when its answer is lost. Needs
   * `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async createEventAccessCode(event: Ref, options?: CallOptions): Promise<string> {
    const variables = { input: { eventId: idOf(event) } };
    const data = await this.callOnce(CreateEventAccessCodeDocument, variables, options);
    return present(data.createEventAccessCode).code;
  }

  /**
   * Ends all access codes of an event; returns how many. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async revokeEventAccessCodes(event: Ref, options?: CallOptions): Promise<number> {
    const variables = { input: { eventId: idOf(event) } };
    const data = await this.call(RevokeEventAccessCodesDocument, variables, options);
    return present(data.revokeEventAccessCodes).revoked;
  }
}
