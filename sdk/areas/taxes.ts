import {
  EventCommissionDocument,
  SaveTaxJurisdictionDocument,
  SetAbsorbedFeesDocument,
  SetEventTaxJurisdictionDocument,
  SetTaxRateDocument,
  SetVenueTaxJurisdictionDocument,
} from "../generated.ts";
import { type Event, type Ref, type Venue, idOf } from "../models.ts";
import { type CallOptions, present } from "../transport.ts";
import { DiscountCalls } from "./discounts.ts";

/** What goes to the state and to the platform. */
export abstract class TaxCalls extends DiscountCalls {
  /**
   * What the platform takes of an event's sales, in percent, as decimal text; for members of who sells.
   *
   * @throws NotFoundError, NotAllowedError, NotSignedInError, SessionEndedError
   */
  async eventCommission(event: Ref, options?: CallOptions): Promise<string> {
    const eventId = idOf(event);
    const data = await this.call(EventCommissionDocument, { eventId }, options);
    return present(data.eventCommission);
  }

  /**
   * Enters where an organization owes taxes, or changes the jurisdiction of that name. Needs
   * `organization.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError
   */
  async saveTaxJurisdiction(
    organization: Ref,
    jurisdiction: { readonly name: string; readonly pricesIncludeTax?: boolean | undefined },
    options?: CallOptions,
  ): Promise<{ readonly id: string; readonly name: string; readonly pricesIncludeTax: boolean }> {
    const variables = { input: { ...jurisdiction, organizationId: idOf(organization) } };
    const data = await this.call(SaveTaxJurisdictionDocument, variables, options);
    return present(data.saveTaxJurisdiction).taxJurisdiction;
  }

  /**
   * The rate of a jurisdiction from a moment on, such as `"19"` percent; the one before ends there.
   * Needs `organization.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError
   */
  async setTaxRate(
    jurisdiction: Ref,
    rate: {
      readonly name: string;
      readonly percentage: string;
      readonly validFrom?: string | undefined;
      readonly validUntil?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<{ readonly id: string; readonly name: string; readonly percentage: string }> {
    const variables = { input: { ...rate, taxJurisdictionId: idOf(jurisdiction) } };
    const data = await this.callOnce(SetTaxRateDocument, variables, options);
    return present(data.setTaxRate).taxRate;
  }

  /**
   * Where an event is taxed; null: nowhere. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async setEventTaxJurisdiction(
    event: Ref,
    jurisdiction: Ref | null,
    options?: CallOptions,
  ): Promise<Event> {
    const taxJurisdictionId = jurisdiction === null ? null : idOf(jurisdiction);
    const variables = { input: { eventId: idOf(event), taxJurisdictionId } };
    const data = await this.call(SetEventTaxJurisdictionDocument, variables, options);
    return present(data.setEventTaxJurisdiction).event;
  }

  /**
   * Where events are taxed that are made for a venue from here on. Needs `venues.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async setVenueTaxJurisdiction(
    venue: Ref,
    jurisdiction: Ref | null,
    options?: CallOptions,
  ): Promise<Venue> {
    const taxJurisdictionId = jurisdiction === null ? null : idOf(jurisdiction);
    const variables = { input: { venueId: idOf(venue), taxJurisdictionId } };
    const data = await this.call(SetVenueTaxJurisdictionDocument, variables, options);
    return present(data.setVenueTaxJurisdiction).venue;
  }

  /**
   * Whether the organization pays the fees of an event out of its prices. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async setAbsorbedFees(
    event: Ref,
    fees: {
      readonly serviceFees?: boolean | undefined;
      readonly processingFees?: boolean | undefined;
    },
    options?: CallOptions,
  ): Promise<Event> {
    const variables = { input: { ...fees, eventId: idOf(event) } };
    const data = await this.call(SetAbsorbedFeesDocument, variables, options);
    return present(data.setAbsorbedFees).event;
  }
}
