import { type LastMinuteLiveError, NotFoundError, errorOf } from "../errors.ts";
import {
  type AdmissionAllocationFragment,
  type AdmissionPoolFragment,
  AdmissionPoolsDocument,
  AdmissionsLeftChangedDocument,
  AdmissionsLeftDocument,
  AllocateAdmissionsDocument,
  AllocateSeatsDocument,
  CreateAdmissionPoolDocument,
  CreatePassDocument,
  LayoutTextDocument,
  PassDatesDocument,
  ReleaseAdmissionAllocationDocument,
  ReleaseAllocationDocument,
  type SeatAllocationFragment,
  SeatMapChangedDocument,
  SeatMapChangesDocument,
  SeatMapDocument,
  SetPoolCapacityDocument,
} from "../generated.ts";
import { type Layout, openLayout } from "../layout.ts";
import {
  type Performance,
  type Ref,
  type Seat,
  type SeatAvailability,
  type SeatMap,
  idOf,
} from "../models.ts";
import { all } from "../pages.ts";
import { applyNews, combineNews, difference, mergeSeatMap, seatStatus } from "../seat-map.ts";
import { type CallOptions, type HttpAnswer, type KeyedCallOptions, present } from "../transport.ts";
import { TaxCalls } from "./taxes.ts";

/** What is new on a seat map. */
export interface SeatMapChanges {
  /** What to ask with the next time. */
  readonly version: string;
  /** The seats that may be different, by their place in `SeatMap.seats`. */
  readonly seats: readonly { readonly index: number; readonly status: SeatAvailability }[];
}

/** A map that is kept up to date, and which of its seats are different than a moment ago. */
export interface SeatMapUpdate {
  readonly map: SeatMap;
  readonly changed: readonly Seat[];
}

/** Places without a seat, which categories share. */
export type AdmissionPool = AdmissionPoolFragment;

/** A date of a pass, and where a pass takes its place of it. */
export interface PassDate {
  readonly performance: Performance;
  readonly pool: AdmissionPool;
}

/** Seats that are kept back. */
export type SeatAllocation = SeatAllocationFragment;

/** Places of a pool that are kept back. */
export type AdmissionAllocation = AdmissionAllocationFragment;

const LAYOUTS_KEPT = 16;

/** Seats and admissions: which there are, which are free, and for whom some are kept. */
export abstract class InventoryCalls extends TaxCalls {
  readonly #layouts = new Map<string, Layout>();

  /**
   * The seating plan of a performance. Fetched once: a plan never changes under its hash, which is
   * checked.
   *
   * @throws NotFoundError
   */
  async layout(
    performance: string | Pick<Performance, "id" | "layout">,
    options?: CallOptions,
  ): Promise<Layout> {
    const found =
      typeof performance === "string" ? await this.performance(performance, options) : performance;
    if (found?.layout == null) throw noPerformance();
    return await this.#layout(found.layout, options);
  }

  /**
   * All seats of a performance: where they are, what they cost, and which are free now. The plan is
   * fetched once; what is free, every time.
   *
   * @throws NotFoundError
   */
  async seatMap(performance: Ref, options?: CallOptions): Promise<SeatMap> {
    const performanceId = idOf(performance);
    const data = await this.call(SeatMapDocument, { performanceId }, options);
    if (data.seatMap === null || data.performance?.layout == null) throw noPerformance();
    const [layout, categories] = await Promise.all([
      this.#layout(data.performance.layout, options),
      this.categories(data.performance.eventId, options),
    ]);
    return mergeSeatMap({
      performance: data.performance,
      availability: data.seatMap,
      categoryNos: data.seatCategories?.categoryNos ?? [],
      categories,
      layout,
    });
  }

  /**
   * What is new on a map since the `version` of a map or of earlier changes: every seat that changed,
   * and perhaps some that did not. Null: the version is too old, read the map again.
   *
   * @throws NotFoundError, InvalidInputError
   */
  async seatMapChanges(
    performance: Ref,
    since: string,
    options?: CallOptions,
  ): Promise<SeatMapChanges | null> {
    const variables = { performanceId: idOf(performance), since };
    const data = await this.call(SeatMapChangesDocument, variables, options);
    if (data.seatMapChanges === null) throw noPerformance();
    const { version, isComplete, seatNos, availability } = data.seatMapChanges;
    if (isComplete !== true || version === null) return null;
    const seats = (seatNos ?? []).map((seatNo, place) => ({
      index: (seatNo ?? 1) - 1,
      status: seatStatus((availability ?? "").charAt(place)),
    }));
    return { version, seats };
  }

  /**
   * The map of a performance, at first with all of its seats as changed, and again whenever seats are,
   * until you leave the loop or the signal aborts. A lost connection is made again, and what changed
   * meanwhile is told then. However slow the loop is, the next map is the newest.
   *
   * @throws NotFoundError, SessionEndedError, also later: when it is no longer for you
   */
  async *watchSeatMap(
    performance: Ref,
    options: CallOptions = {},
  ): AsyncGenerator<SeatMapUpdate, void, undefined> {
    const performanceId = idOf(performance);
    let map = await this.seatMap(performanceId, options);
    yield { map, changed: map.seats };
    const news = this.transport.listen(
      SeatMapChangedDocument,
      () => ({ performanceId, since: map.version }),
      combineNews,
      options,
    );
    for await (const { seatMapChanged } of news) {
      const known = map;
      const { version, isComplete, ...changes } = present(seatMapChanged);
      const next = isComplete ? applyNews(known, changes) : null;
      map = { ...(next ?? (await this.seatMap(performanceId, options))), version };
      const changed = difference(known, map);
      if (changed.length > 0) yield { map, changed };
    }
  }

  /** How many admissions of a category can be had now; null when the category has none there. */
  async admissionsLeft(
    performance: Ref,
    ticketCategory: Ref,
    options?: CallOptions,
  ): Promise<number | null> {
    const variables = { performanceId: idOf(performance), ticketCategoryId: idOf(ticketCategory) };
    return (await this.call(AdmissionsLeftDocument, variables, options)).admissionsLeft;
  }

  /**
   * How many admissions can be had now, by the id of each category that has places there: at once, and again whenever a
   * number is another one, until you leave the loop or the signal aborts. A lost connection is made again. However slow the
   * loop is, the next numbers are the newest.
   *
   * @throws NotFoundError, SessionEndedError, also later: when it is no longer for you
   */
  async *watchAdmissionsLeft(
    performance: Ref,
    options: CallOptions = {},
  ): AsyncGenerator<ReadonlyMap<string, number>, void, undefined> {
    const performanceId = idOf(performance);
    const news = this.transport.listen(
      AdmissionsLeftChangedDocument,
      () => ({ performanceId }),
      (_earlier, later) => later,
      options,
    );
    let known: string | undefined;
    for await (const { admissionsLeftChanged } of news) {
      const { categories } = present(admissionsLeftChanged);
      // Over another connection, the first answer may be the last one of before.
      const now = JSON.stringify(categories);
      if (now === known) continue;
      known = now;
      yield new Map(categories.map((each) => [each.ticketCategoryId, each.admissionsLeft]));
    }
  }

  /**
   * Places without a seat at a performance, for the categories that share them: categories that cover
   * no seats. A pool within another one takes from both. Needs `inventory.manage`.
   *
   * @throws NotFoundError, NotAllowedError, EventNotOnSaleError, InvalidInputError,
   * IdempotencyKeyReusedError
   */
  async createAdmissionPool(
    input: {
      readonly performanceId: string;
      readonly name: string;
      readonly capacity: number;
      readonly ticketCategoryIds?: readonly string[] | undefined;
      readonly parentPoolId?: string | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<AdmissionPool> {
    const data = await this.callWithKey(CreateAdmissionPoolDocument, input, options);
    return present(data.createAdmissionPool).admissionPool;
  }

  /**
   * The pools of a performance: those that were made, and one for each standing area of its layout, once it is on sale.
   */
  async admissionPools(performance: Ref, options?: CallOptions): Promise<readonly AdmissionPool[]> {
    const performanceId = idOf(performance);
    return await all(async (after) => {
      const data = await this.call(AdmissionPoolsDocument, { performanceId, after }, options);
      return present(data.admissionPools);
    });
  }

  /**
   * One ticket for several dates of an event: it takes a place of each of these pools, one of each date, or none. It is
   * sold as a performance is, with `holdAdmissions`. Needs `inventory.manage` and `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, EventNotOnSaleError, InvalidInputError, IdempotencyKeyReusedError
   */
  async createPass(
    event: Ref,
    input: {
      readonly name: string;
      readonly pools: readonly Ref[];
      readonly ticketCategories: readonly Ref[];
      /** How many passes there are; without it, as many as its smallest pool has places. */
      readonly capacity?: number | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<Performance> {
    const { name, pools, ticketCategories, capacity } = input;
    const pass = {
      eventId: idOf(event),
      name,
      poolIds: pools.map(idOf),
      ticketCategoryIds: ticketCategories.map(idOf),
      capacity,
    };
    const data = await this.callWithKey(CreatePassDocument, pass, options);
    return present(data.createPass).performance;
  }

  /** The dates of a pass, in order of time. */
  async passDates(pass: Ref, options?: CallOptions): Promise<readonly PassDate[]> {
    const nodes = await all(async (after) => {
      const data = await this.call(PassDatesDocument, { passId: idOf(pass), after }, options);
      return present(data.passDates);
    });
    return nodes
      .map(({ pool }) => {
        const { performance, ...rest } = present(pool);
        return { performance: present(performance), pool: rest };
      })
      .sort((a, b) => Date.parse(a.performance.startsAt) - Date.parse(b.performance.startsAt));
  }

  /**
   * Keeps seats back, all of them or none, until somebody releases them or `releaseAt` comes. Needs
   * `inventory.manage`.
   *
   * @throws SeatsTakenError, UnknownSeatsError, DuplicateSeatsError, InvalidInputError,
   * NotFoundError, NotAllowedError, IdempotencyKeyReusedError
   */
  async allocateSeats(
    performance: Ref,
    seats: readonly Ref[],
    input: {
      readonly kind: "house" | "promoter" | "accessible" | "blocked";
      readonly reason: string;
      readonly releaseAt?: string | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<SeatAllocation> {
    const allocated = { ...input, performanceId: idOf(performance), seatIds: seats.map(idOf) };
    const data = await this.callWithKey(AllocateSeatsDocument, allocated, options);
    return present(data.allocateSeats).seatAllocation;
  }

  /**
   * How many people a pool takes from now on. Needs `inventory.manage`.
   *
   * @throws CapacityTooLowError, NotFoundError, NotAllowedError, InvalidInputError
   */
  async setPoolCapacity(
    pool: Ref,
    capacity: number,
    options?: CallOptions,
  ): Promise<AdmissionPool> {
    const variables = { input: { poolId: idOf(pool), capacity } };
    const data = await this.call(SetPoolCapacityDocument, variables, options);
    return present(data.setPoolCapacity).admissionPool;
  }

  /**
   * Keeps free places of a pool back, until somebody releases them or `releaseAt` comes. Needs
   * `inventory.manage`.
   *
   * @throws FewLeftError, InvalidInputError, NotFoundError, NotAllowedError,
   * IdempotencyKeyReusedError
   */
  async allocateAdmissions(
    pool: Ref,
    quantity: number,
    input: {
      readonly kind: "house" | "promoter" | "accessible" | "blocked";
      readonly reason: string;
      readonly releaseAt?: string | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<AdmissionAllocation> {
    const allocated = { ...input, poolId: idOf(pool), quantity };
    const data = await this.callWithKey(AllocateAdmissionsDocument, allocated, options);
    return present(data.allocateAdmissions).admissionAllocation;
  }

  /**
   * Puts what is left of an allocation of places on sale; again changes nothing. Needs
   * `inventory.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async releaseAdmissionAllocation(
    allocation: Ref,
    options?: CallOptions,
  ): Promise<AdmissionAllocation> {
    const data = await this.call(
      ReleaseAdmissionAllocationDocument,
      { input: { allocationId: idOf(allocation) } },
      options,
    );
    return present(data.releaseAdmissionAllocation).admissionAllocation;
  }

  /**
   * Puts what is left of an allocation on sale; again changes nothing. Needs `inventory.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async releaseAllocation(allocation: Ref, options?: CallOptions): Promise<SeatAllocation> {
    const variables = { input: { allocationId: idOf(allocation) } };
    const data = await this.call(ReleaseAllocationDocument, variables, options);
    return present(data.releaseAllocation).seatAllocation;
  }

  /** A plan by its hash, from whatever cache is on the way; a draft's by GraphQL, which knows who asks. */
  async #layout(
    { id, sha256 }: { readonly id: string; readonly sha256: string },
    options: CallOptions | undefined,
  ): Promise<Layout> {
    const known = this.#layouts.get(sha256);
    if (known !== undefined) return known;
    const read = (answer: HttpAnswer): Promise<Layout> => openLayout(answer, sha256);
    let layout: Layout;
    try {
      layout = await this.transport.get(`/layouts/${sha256}.json`, read, options);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      const { venueLayout } = await this.call(LayoutTextDocument, { id }, options);
      if (venueLayout === null) throw error;
      layout = await read({ status: 200, text: venueLayout.document, requestId: null });
    }
    const [oldest] = this.#layouts.keys();
    if (this.#layouts.size >= LAYOUTS_KEPT && oldest !== undefined) this.#layouts.delete(oldest);
    this.#layouts.set(sha256, layout);
    return layout;
  }
}

function noPerformance(): LastMinuteLiveError {
  return errorOf("There is no such performance, or it is not yours.", { code: "LMNFD" });
}
