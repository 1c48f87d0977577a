import { errorOf } from "../errors.ts";
import {
  CreatePricingRuleDocument,
  type CreatePricingRuleInput,
  CreateTicketCategoryDocument,
  EndPriceDocument,
  EndPricingRuleDocument,
  ExplainPriceDocument,
  type ExplainPriceQuery,
  type PriceFragment,
  PricesDocument,
  type PricingRuleFragment,
  PricingRulesDocument,
  QuoteDocument,
  type QuoteMutation,
  SeatPricesDocument,
  SetPriceDocument,
  SetSeatPricesDocument,
  TicketCategoriesDocument,
  UpdateTicketCategoryDocument,
  type UpdateTicketCategoryInput,
} from "../generated.ts";
import { type Ref, type TicketCategory, idOf, toTicketCategory } from "../models.ts";
import { asText, formatCents } from "../money.ts";
import { all } from "../pages.ts";
import { type CallOptions, type KeyedCallOptions, present } from "../transport.ts";
import { CancellationCalls } from "./cancellations.ts";

/** What may be said of a ticket category. */
export type TicketCategoryChanges = Omit<
  UpdateTicketCategoryInput,
  "clientMutationId" | "ticketCategoryId"
>;

/** What tickets of a category cost an audience for a time. */
export type Price = PriceFragment;

/** What changes the price of a category while something is sold, or before the start. */
export type PricingRule = PricingRuleFragment;

/** A rule to be made. Amounts are in the currency's minor unit; `sortOrder` 1 comes first. */
export type NewPricingRule = Omit<
  CreatePricingRuleInput,
  | "ticketCategoryId"
  | "idempotencyKey"
  | "clientMutationId"
  | "amountCents"
  | "floorCents"
  | "ceilingCents"
  | "roundToCents"
> & {
  readonly amountCents?: number | undefined;
  readonly floorCents?: number | undefined;
  readonly ceilingCents?: number | undefined;
  readonly roundToCents?: number | undefined;
};

/** What tickets would cost now. */
export type Quote = NonNullable<QuoteMutation["quote"]>["priceQuote"];

/** A step from the price of a ticket to the total of a line. */
export type PriceStep = NonNullable<ExplainPriceQuery["explainPrice"]>["nodes"][number];

/** Ticket categories and what they cost. */
export abstract class PriceCalls extends CancellationCalls {
  /** The ticket categories of an event with their prices at this moment. */
  async categories(event: Ref, options?: CallOptions): Promise<readonly TicketCategory[]> {
    const nodes = await all(async (after) => {
      const variables = { eventId: idOf(event), after };
      const data = await this.call(TicketCategoriesDocument, variables, options);
      return present(data.ticketCategories);
    });
    return nodes.map((category) => toTicketCategory(category));
  }

  /**
   * A kind of ticket: which seats it covers, by the plan's categories or by whole sections, and what
   * one costs, in the currency's minor unit. Once the event is published, only one that covers none:
   * its places are those of {@link createAdmissionPool}. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, EventNotOnSaleError, InvalidInputError,
   * IdempotencyKeyReusedError
   */
  async createTicketCategory(
    input: {
      readonly eventId: string;
      readonly name: string;
      /** In the currency's minor unit: 1000 is 10 USD, but 1000 JPY. */
      readonly priceCents: number;
      /** Categories of the plan. */
      readonly seatCategories?: readonly string[] | undefined;
      /** Sections of the plan, before `seatCategories`. */
      readonly sections?: readonly string[] | undefined;
      readonly description?: string | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<TicketCategory> {
    const { priceCents, ...rest } = input;
    const priced = { ...rest, priceCents: formatCents(priceCents) };
    const data = await this.callWithKey(CreateTicketCategoryDocument, priced, options);
    return toTicketCategory(present(data.createTicketCategory).ticketCategory);
  }

  /**
   * Changes a ticket category, such as its limits and when it is sold. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, EventNotOnSaleError, InvalidInputError
   */
  async updateTicketCategory(
    category: Ref,
    changes: TicketCategoryChanges,
    options?: CallOptions,
  ): Promise<TicketCategory> {
    const variables = { input: { ...changes, ticketCategoryId: idOf(category) } };
    const data = await this.call(UpdateTicketCategoryDocument, variables, options);
    return toTicketCategory(present(data.updateTicketCategory).ticketCategory);
  }

  /**
   * What tickets of a category cost everybody, or members, for a time: from now or later, until a
   * moment or for good. Prices of that time make way and come back after it, so that an early-bird
   * price is one call. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, EventNotOnSaleError, InvalidInputError,
   * IdempotencyKeyReusedError
   */
  async setPrice(
    category: Ref,
    priceCents: number,
    when: {
      readonly audience?: "public" | "member" | undefined;
      readonly validFrom?: string | undefined;
      readonly validUntil?: string | undefined;
    } = {},
    options: KeyedCallOptions = {},
  ): Promise<Price> {
    const input = {
      ...when,
      ticketCategoryId: idOf(category),
      priceCents: formatCents(priceCents),
    };
    const data = await this.callWithKey(SetPriceDocument, input, options);
    return present(data.setPrice).ticketCategoryPrice;
  }

  /**
   * Ends a price now, or takes back one that is still to come. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async endPrice(price: Ref, options?: CallOptions): Promise<Price> {
    const variables = { input: { priceId: idOf(price) } };
    const data = await this.callOnce(EndPriceDocument, variables, options);
    return present(data.endPrice).ticketCategoryPrice;
  }

  /** All prices of a category that you may see: past, present and to come. */
  async prices(category: Ref, options?: CallOptions): Promise<readonly Price[]> {
    const ticketCategoryId = idOf(category);
    return await all(async (after) => {
      const data = await this.call(PricesDocument, { ticketCategoryId, after }, options);
      return present(data.ticketCategoryPrices);
    });
  }

  /**
   * Gives free seats a price of their own, or with null takes it away; returns how many. Needs
   * `inventory.manage`.
   *
   * @throws SeatsTakenError, UnknownSeatsError, DuplicateSeatsError, QuantityError,
   * InvalidInputError, NotFoundError, NotAllowedError
   */
  async setSeatPrices(
    performance: Ref,
    seats: readonly Ref[],
    priceCents: number | null,
    options?: CallOptions,
  ): Promise<number> {
    const input = {
      performanceId: idOf(performance),
      seatIds: seats.map(idOf),
      priceCents: priceCents === null ? null : formatCents(priceCents),
    };
    const data = await this.call(SetSeatPricesDocument, { input }, options);
    return present(data.setSeatPrices).result;
  }

  /** Seats of a performance that have a price of their own. */
  async seatPrices(
    performance: Ref,
    options?: CallOptions,
  ): Promise<readonly { readonly seatId: string; readonly priceCents: number }[]> {
    const performanceId = idOf(performance);
    return await all(async (after) =>
      present((await this.call(SeatPricesDocument, { performanceId, after }, options)).seatPrices),
    );
  }

  /**
   * A rule that raises or lowers the price of new holds of a category by what is sold, or by the time
   * until the start. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError, IdempotencyKeyReusedError
   */
  async createPricingRule(
    category: Ref,
    rule: NewPricingRule,
    options: KeyedCallOptions = {},
  ): Promise<PricingRule> {
    const { amountCents, floorCents, ceilingCents, roundToCents, ...rest } = rule;
    const input = {
      ...rest,
      ticketCategoryId: idOf(category),
      ...asText({ amountCents, floorCents, ceilingCents, roundToCents }),
    };
    const data = await this.callWithKey(CreatePricingRuleDocument, input, options);
    return present(data.createPricingRule).pricingRule;
  }

  /**
   * New holds are not priced by a rule any more. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async endPricingRule(rule: Ref, options?: CallOptions): Promise<PricingRule> {
    const variables = { input: { pricingRuleId: idOf(rule) } };
    const data = await this.call(EndPricingRuleDocument, variables, options);
    return present(data.endPricingRule).pricingRule;
  }

  /** The rules of a category. Needs `events.manage`. */
  async pricingRules(category: Ref, options?: CallOptions): Promise<readonly PricingRule[]> {
    const ticketCategoryId = idOf(category);
    return await all(async (after) => {
      const data = await this.call(PricingRulesDocument, { ticketCategoryId, after }, options);
      return present(data.pricingRules);
    });
  }

  /**
   * What seats, or numbers of tickets of categories, would cost you now; nothing is held. What is then
   * held costs the same, unless a rule, a price or a tax has changed meanwhile.
   *
   * @throws DiscountRefusedError, MembersOnlyError, SalesClosedError, EventNotOnSaleError, QuantityError,
   * UnknownSeatsError, DuplicateSeatsError, TooManyRequestsError, NotFoundError, InvalidInputError
   */
  async quote(
    performance: Ref,
    tickets: {
      readonly seats?: readonly Ref[] | undefined;
      readonly categories?:
        readonly { readonly category: Ref; readonly quantity: number }[] | undefined;
      /** A discount code. */
      readonly code?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<Quote> {
    const categories = tickets.categories ?? [];
    const input = {
      performanceId: idOf(performance),
      seatIds: (tickets.seats ?? []).map(idOf),
      ticketCategoryIds: categories.map(({ category }) => idOf(category)),
      quantities: categories.map(({ quantity }) => quantity),
      code: tickets.code,
    };
    const data = await this.call(QuoteDocument, { input }, options);
    const { priceQuote } = present(data.quote);
    if (priceQuote.discountRefusal !== null) throw discountRefused(priceQuote.discountRefusal);
    return priceQuote;
  }

  /**
   * How a line of a booking came to its total: its price, rules, discount, fees and taxes. The
   * amounts sum to the total; none for a line that is not yours to see.
   */
  async explainPrice(item: Ref, options?: CallOptions): Promise<readonly PriceStep[]> {
    const variables = { bookingItemId: idOf(item) };
    return present((await this.call(ExplainPriceDocument, variables, options)).explainPrice).nodes;
  }
}

/** Why a discount code is refused, and what to do, by the reason that the server gives. */
const discountRefusals: ReadonlyMap<string, readonly [message: string, hint: string]> = new Map([
  ["unknown", ["There is no such discount code here.", "Look at how it is spelled."]],
  ["early", ["This discount code is not good yet.", "Use it later."]],
  ["over", ["This discount code is not good any more.", "Use another one, or none."]],
  ["quantity", ["This discount code is for more tickets.", "Add tickets that it is for."]],
  [
    "subtotal",
    ["This discount code is for tickets that cost more.", "Add tickets that it is for."],
  ],
  ["used_up", ["This discount code has been used up.", "Use another one, or none."]],
  ["used_by_you", ["You have used this discount code.", "Use another one, or none."]],
]);

/** A discount code that is refused, and why. */
export function discountRefused(reason: string): Error {
  const [message, hint] = discountRefusals.get(reason) ?? [
    "This discount code is refused.",
    "Use another one, or none.",
  ];
  return errorOf(message, { code: "LMDSC", hint, detail: reason });
}
