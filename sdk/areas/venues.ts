import type { ListOptions } from "../caller.ts";
import { sha256Hex } from "../crypto.ts";
import {
  CreateVenueDocument,
  ImportVenueLayoutDocument,
  LayoutFetchDocument,
  type LayoutFetchFragment,
  type LayoutMoveFragment,
  LayoutTextDocument,
  MoveEventToLayoutDocument,
  MovePerformanceToLayoutDocument,
  RequestLayoutFetchDocument,
  SearchVenuesDocument,
  SetVenueStatusDocument,
  UpdateVenueComplianceDocument,
  type UpdateVenueComplianceInput,
  UpdateVenueDocument,
  type UpdateVenueInput,
  ValidateLayoutsDocument,
  type ValidateLayoutsQuery,
  type VenueComplianceFragment,
  type VenueDetailsFragment,
  VenueDocument,
  type VenueLayoutFragment,
  type VenueStatus,
  type VenueType,
} from "../generated.ts";
import { type LayoutDocument, canonicalText } from "../layout.ts";
import { type Ref, type Venue, idOf } from "../models.ts";
import { type Paged, all } from "../pages.ts";
import { type CallOptions, type KeyedCallOptions, present } from "../transport.ts";
import { OrganizationCalls } from "./organizations.ts";

/** A venue with everything that visitors may know of it. Coordinates are decimal numbers as text. */
export type VenueDetails = VenueDetailsFragment;

/** The papers of a venue, which its organization keeps. */
export type VenueCompliance = VenueComplianceFragment;

/** A layout that the server was asked to fetch, and what became of it. */
export type LayoutFetch = LayoutFetchFragment;

/** What moving a performance to another layout does, or would do. */
export type LayoutMove = LayoutMoveFragment;

/** Something that a layout's document and its rows say differently. */
export type LayoutDifference = NonNullable<
  ValidateLayoutsQuery["validateMongoLayoutIntegration"]
>["nodes"][number];

/** A version of a venue's seating plan, without its seats. */
export type VenueLayout = VenueLayoutFragment;

/** Venues, and the layouts of their seats. */
export abstract class VenueCalls extends OrganizationCalls {
  /**
   * A new venue. `timezone` is an IANA name. Needs `venues.manage`.
   *
   * @throws NotFoundError, NotAllowedError, SlugTakenError, UnknownTimezoneError, InvalidInputError,
   * IdempotencyKeyReusedError
   */
  async createVenue(
    input: {
      readonly organizationId: string;
      readonly name: string;
      readonly slug: string;
      readonly timezone: string;
      readonly address?: Readonly<Record<string, unknown>> | undefined;
      readonly description?: string | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<Venue> {
    const data = await this.callWithKey(CreateVenueDocument, input, options);
    return present(data.createVenue).venue;
  }

  /**
   * Adds a version of a venue's seating plan: a document in the format `lml-layout/1`, or its text
   * exactly as it is to be stored. The same document again returns the version it has. Needs
   * `venues.manage`.
   *
   * @throws MalformedLayoutError, SeatOutsidePlanError, DuplicateLayoutSeatError, NotFoundError,
   * NotAllowedError
   */
  async importLayout(
    venue: Ref,
    document: string | LayoutDocument,
    options?: CallOptions,
  ): Promise<VenueLayout> {
    const text = typeof document === "string" ? document : canonicalText(document);
    const input = { venueId: idOf(venue), document: text, sha256: await sha256Hex(text) };
    // Its hash names the plan, so a second attempt finds the first one's.
    const data = await this.call(ImportVenueLayoutDocument, { input }, options);
    return present(data.importVenueLayout).venueLayout;
  }

  /**
   * A venue with everything that visitors may know of it; null when there is none for you.
   */
  async venue(venue: Ref, options?: CallOptions): Promise<VenueDetails | null> {
    const data = await this.call(VenueDocument, { id: idOf(venue) }, options);
    return data.venue ?? null;
  }

  /**
   * Venues by a part of their name or city, by place, kind and what they offer: the nearest first when a
   * point is given. Archived ones are left out.
   */
  searchVenues(
    wanted: {
      readonly query?: string | undefined;
      readonly city?: string | undefined;
      /** Two letters of ISO 3166. */
      readonly country?: string | undefined;
      readonly venueType?: VenueType | undefined;
      readonly amenities?: readonly string[] | undefined;
      readonly accessibilityFeatures?: readonly string[] | undefined;
      readonly near?: { readonly latitude: number; readonly longitude: number } | undefined;
      /** Default 50. */
      readonly withinKm?: number | undefined;
    },
    options: ListOptions = {},
  ): Paged<VenueDetails> {
    const { near, withinKm, ...rest } = wanted;
    const variables = {
      ...rest,
      nearLatitude: near?.latitude.toString(),
      nearLongitude: near?.longitude.toString(),
      withinKm: withinKm?.toString(),
    };
    return this.list(options, async (first, after) => {
      const data = await this.call(SearchVenuesDocument, { ...variables, first, after }, options);
      return present(data.searchVenues);
    });
  }

  /**
   * Changes what visitors see of a venue. What is not given stays, an empty text removes a value, lists
   * and objects are replaced as a whole. Needs `venues.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError, SlugTakenError, UnknownTimezoneError
   */
  async updateVenue(
    venue: Ref,
    changes: Omit<UpdateVenueInput, "venueId" | "latitude" | "longitude"> & {
      readonly latitude?: number | undefined;
      readonly longitude?: number | undefined;
    },
    options?: CallOptions,
  ): Promise<VenueDetails> {
    const { latitude, longitude, ...rest } = changes;
    const place = { latitude: latitude?.toString(), longitude: longitude?.toString() };
    const variables = { input: { ...rest, ...place, venueId: idOf(venue) } };
    const data = await this.call(UpdateVenueDocument, variables, options);
    return present(data.updateVenue).venue;
  }

  /**
   * Opens, pauses, closes or archives a venue. It does not close while performances are still to come.
   * Needs `venues.manage`.
   *
   * @throws VenueStatusError, NotFoundError, NotAllowedError, InvalidInputError
   */
  async setVenueStatus(
    venue: Ref,
    status: VenueStatus,
    options?: CallOptions,
  ): Promise<VenueDetails> {
    const variables = { input: { venueId: idOf(venue), status } };
    const data = await this.call(SetVenueStatusDocument, variables, options);
    return present(data.setVenueStatus).venue;
  }

  /**
   * Changes what is known of a venue's license, safety certificate and insurance, which only members see.
   * Needs `venues.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError
   */
  async updateVenueCompliance(
    venue: Ref,
    changes: Omit<UpdateVenueComplianceInput, "venueId">,
    options?: CallOptions,
  ): Promise<VenueCompliance> {
    const variables = { input: { ...changes, venueId: idOf(venue) } };
    const data = await this.call(UpdateVenueComplianceDocument, variables, options);
    return present(data.updateVenueCompliance).venueCompliance;
  }

  /** The document of a layout, byte for byte as it was hashed; null when there is none for you. */
  async exportLayout(layout: Ref, options?: CallOptions): Promise<string | null> {
    const data = await this.call(LayoutTextDocument, { id: idOf(layout) }, options);
    return data.venueLayout?.document ?? null;
  }

  /**
   * Has the server fetch a layout from an https address, such as a CDN's, and import it if its SHA-256 is
   * the one given. What became of it: {@link layoutFetch}. Needs `venues.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError, IdempotencyKeyReusedError
   */
  async requestLayoutFetch(
    venue: Ref,
    source: { readonly url: string; readonly sha256: string },
    options: KeyedCallOptions = {},
  ): Promise<LayoutFetch> {
    const input = { venueId: idOf(venue), url: source.url, sha256: source.sha256 };
    const data = await this.callWithKey(RequestLayoutFetchDocument, input, options);
    return present(data.requestLayoutFetch).layoutFetch;
  }

  /** What became of a layout that was asked for; null when there is no such request for you. */
  async layoutFetch(fetch: Ref, options?: CallOptions): Promise<LayoutFetch | null> {
    const data = await this.call(LayoutFetchDocument, { id: idOf(fetch) }, options);
    return data.layoutFetch ?? null;
  }

  /**
   * Every difference between the layouts of a venue as documents and as rows; none when all is well. Needs
   * `venues.read`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async validateLayouts(venue: Ref, options?: CallOptions): Promise<LayoutDifference[]> {
    const venueId = idOf(venue);
    return await all(async (after) => {
      const data = await this.call(ValidateLayoutsDocument, { venueId, after }, options);
      return present(data.validateMongoLayoutIntegration);
    });
  }

  /**
   * Gives a performance another layout of its venue. What is sold, held or reserved keeps its seat; where
   * the layout has none for it, the move is refused. With `dryRun` nothing changes, and `lostSeats` says
   * why it would be. Needs `events.manage`.
   *
   * @throws SeatsWouldBeLostError, NotPublishableError, EventNotOnSaleError, BusyError, NotFoundError,
   * NotAllowedError, InvalidInputError
   */
  async movePerformanceToLayout(
    performance: Ref,
    layout: Ref,
    options: CallOptions & { readonly dryRun?: boolean } = {},
  ): Promise<LayoutMove> {
    const { dryRun = false, ...rest } = options;
    const input = { performanceId: idOf(performance), layoutId: idOf(layout), dryRun };
    const data = await this.call(MovePerformanceToLayoutDocument, { input }, rest);
    return present(data.movePerformanceToLayout).layoutMove;
  }

  /**
   * The same for every performance of an event that is still to come: all of them, or none.
   *
   * @throws SeatsWouldBeLostError, NotPublishableError, EventNotOnSaleError, BusyError, NotFoundError,
   * NotAllowedError
   */
  async moveEventToLayout(
    event: Ref,
    layout: Ref,
    options: CallOptions & { readonly dryRun?: boolean } = {},
  ): Promise<readonly LayoutMove[]> {
    const { dryRun = false, ...rest } = options;
    const input = { eventId: idOf(event), layoutId: idOf(layout), dryRun };
    const data = await this.call(MoveEventToLayoutDocument, { input }, rest);
    return present(data.moveEventToLayout).layoutMoves;
  }
}
