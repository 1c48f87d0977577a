import type { ListOptions } from "../caller.ts";
import {
  CancelEventDocument,
  CancelPerformanceDocument,
  CancellationFailuresDocument,
  type CancellationFailuresQuery,
  EventCancellationDocument,
  type EventCancellationFragment,
  PostponeEventDocument,
  PostponePerformanceDocument,
} from "../generated.ts";
import { type Event, type Performance, type Ref, idOf } from "../models.ts";
import type { Paged } from "../pages.ts";
import { type CallOptions, type KeyedCallOptions, present } from "../transport.ts";
import { EventCalls } from "./events.ts";

/** How far the cancellation of an event is: done when it has a `completedAt`. */
export type EventCancellation = EventCancellationFragment;

/** A booking that a cancellation has left to a person, and the code that says why. */
export type CancellationFailure = NonNullable<
  CancellationFailuresQuery["eventCancellationFailures"]
>["nodes"][number];

/** Postponing and canceling what has been sold. */
export abstract class CancellationCalls extends EventCalls {
  /**
   * Moves all dates that have not begun by `days`, at the same time of day; without `days`, nothing is sold until
   * {@link postponePerformance} gives new dates. Tickets stay good, and may be given back until `refundsUntil`, by
   * default for two weeks. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, EventNotOnSaleError, InvalidInputError, IdempotencyKeyReusedError
   */
  async postponeEvent(
    event: Ref,
    input: {
      readonly days?: number | undefined;
      readonly refundsUntil?: string | undefined;
      readonly reason?: string | undefined;
    } = {},
    options: KeyedCallOptions = {},
  ): Promise<Event> {
    const data = await this.callWithKey(
      PostponeEventDocument,
      { ...input, eventId: idOf(event) },
      options,
    );
    return present(data.postponeEvent).event;
  }

  /**
   * Gives a date another time, or, without `startsAt`, none yet. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, EventNotOnSaleError, InvalidInputError
   */
  async postponePerformance(
    performance: Ref,
    input: {
      readonly startsAt?: string | undefined;
      readonly endsAt?: string | undefined;
      readonly doorsAt?: string | undefined;
      readonly refundsUntil?: string | undefined;
      readonly reason?: string | undefined;
    } = {},
    options?: CallOptions,
  ): Promise<Performance> {
    const variables = { input: { ...input, performanceId: idOf(performance) } };
    const data = await this.call(PostponePerformanceDocument, variables, options);
    return present(data.postponePerformance).performance;
  }

  /**
   * Ends the sale, lets all holds go, and refunds everybody, which goes on in the background: see
   * {@link eventCancellation}. Canceling again changes nothing. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, EventNotOnSaleError, InvalidInputError
   */
  async cancelEvent(
    event: Ref,
    options: CallOptions & { readonly reason?: string | undefined } = {},
  ): Promise<EventCancellation> {
    const variables = { input: { eventId: idOf(event), reason: options.reason } };
    const data = await this.call(CancelEventDocument, variables, options);
    return present(data.cancelEvent).eventCancellation;
  }

  /**
   * The same for one date of an event. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, EventNotOnSaleError, InvalidInputError
   */
  async cancelPerformance(
    performance: Ref,
    options: CallOptions & { readonly reason?: string | undefined } = {},
  ): Promise<EventCancellation> {
    const variables = { input: { performanceId: idOf(performance), reason: options.reason } };
    const data = await this.call(CancelPerformanceDocument, variables, options);
    return present(data.cancelPerformance).eventCancellation;
  }

  /**
   * The bookings that a cancellation could not end by itself, such as one with a used ticket, and the code that says why:
   * a person decides about them.
   */
  cancellationFailures(cancellation: Ref, options: ListOptions = {}): Paged<CancellationFailure> {
    return this.list(options, async (first, after) => {
      const variables = { cancellationId: idOf(cancellation), first, after };
      const data = await this.call(CancellationFailuresDocument, variables, options);
      return present(data.eventCancellationFailures);
    });
  }

  /** How far a cancellation is; null when it is not for you. */
  async eventCancellation(
    cancellation: Ref,
    options?: CallOptions,
  ): Promise<EventCancellation | null> {
    const variables = { id: idOf(cancellation) };
    return (await this.call(EventCancellationDocument, variables, options)).eventCancellation;
  }
}
