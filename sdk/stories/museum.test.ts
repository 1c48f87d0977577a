// If this story failed, a museum could not let people in by the hour, children for free, and account for yen with the tax inside.
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Event,
  FewLeftError,
  InvalidInputError,
  type LastMinuteLive,
  type Organization,
  type Performance,
  type Ticket,
  type TicketCategory,
  TicketForOtherPerformanceError,
} from "../index.ts";
import { startOffice, type TestOffice } from "../testing-office.ts";
import {
  AccountBook,
  buy,
  expectSettled,
  inDays,
  one,
  reckon,
  scanAll,
  signUp,
  type Terms,
} from "./testing.ts";

const SLOT_PLACES = 12;
const terms: Terms = { service: [360, 0], tax: 1000, taxIsIncluded: true, commission: 1000 };
const ADULT = 2000;
const times = Array.from(
  { length: 12 },
  (_, half) => `${10 + Math.floor(half / 2)}:${half % 2 === 0 ? "00" : "30"}`,
);

const book = new AccountBook();
let office: TestOffice;
let organizer: LastMinuteLive;
let organization: Organization;
let event: Event;
let adult: TicketCategory;
let child: TicketCategory;
let slots: readonly Performance[];

beforeAll(async () => {
  office = await startOffice();
  organizer = await signUp(office, "Mika");
  organization = await organizer.createOrganization({
    name: "Museum",
    slug: "museum",
    email: "office@example.com",
    defaultCurrency: "JPY",
  });
  await organizer.updateOrganizationSettings(organization, { serviceFeePercentage: "3.6" });
  const japan = await organizer.saveTaxJurisdiction(organization, {
    name: "Japan",
    pricesIncludeTax: true,
  });
  await organizer.setTaxRate(japan, { name: "Consumption tax", percentage: "10" });
  const venue = await organizer.createVenue({
    organizationId: organization.id,
    name: "Museum of light",
    slug: "light",
    timezone: "Asia/Tokyo",
    address: { city: "Tokyo" },
  });
  await organizer.setVenueTaxJurisdiction(venue, japan);
  const layout = await organizer.importLayout(venue, {
    format: "lml-layout/1",
    name: "Rooms",
    categories: [{ name: "Visitors" }],
    sections: [{ name: "Rooms", kind: "standing", capacity: SLOT_PLACES, category: "Visitors" }],
  });
  event = await organizer.createEvent({
    organizationId: organization.id,
    venueId: venue.id,
    title: "Rooms of light",
    slug: "rooms-of-light",
  });
  const category = async (name: string, priceCents: number): Promise<TicketCategory> =>
    await organizer.createTicketCategory({
      eventId: event.id,
      name,
      priceCents,
      sections: ["Rooms"],
    });
  adult = await category("Adult", ADULT);
  child = await category("Child", 0);
  await organizer.saveAttendeeQuestion(event, {
    question: "Age",
    kind: "number",
    isRequired: true,
    ticketCategoryId: child.id,
  });
  await organizer.setCancellationPolicy(
    { organization },
    { windows: [{ daysBefore: 1, percentage: 50 }] },
  );
  const schedule = { layoutId: layout.id, weekdays: [1, 2, 3, 4, 5, 6, 7], times };
  const days = { firstDate: inDays(3).slice(0, 10), lastDate: inDays(5).slice(0, 10) };
  const closed = { exceptDates: [inDays(4).slice(0, 10)], durationMinutes: 60 };
  slots = await organizer.createPerformances(event, { ...schedule, ...days, ...closed });
  event = await organizer.publishEvent(event);
});
afterAll(() => office[Symbol.asyncDispose]());

test("there is a date for each half hour on each day that is not closed", async () => {
  expect(slots).toHaveLength(2 * times.length);
  const [found] = await office.client().search({ query: "light", city: "tokyo" }).toArray(2);
  expect(found?.event.id).toBe(event.id);
  // Ten o'clock in Tokyo.
  expect(new Date(found?.startsAt ?? 0).toISOString()).toBe(
    `${inDays(3).slice(0, 10)}T01:00:00.000Z`,
  );
  const listed = await office.client().performances(event, { pageSize: 7 }).toArray(100);
  expect(listed.map(({ id }) => id)).toEqual(slots.map(({ id }) => id));
});

test("a family pays for its adults; the tax is inside, and children say how old they are", async () => {
  const slot = one(slots);
  const guest = office.client();
  const cart = await guest.holdAdmissions(slot, adult, 3);
  await guest.holdAdmissions(slot, child, 2, { booking: cart });

  // Who signs in takes the cart along.
  const family = await signUp(office, "Fumi");
  const later = office.client({ token: family.token, cartToken: guest.cartToken });
  expect(await later.claimCart()).toBe(1);
  expect((await family.booking(cart))?.id).toBe(cart.id);
  const { booking, tickets } = await buy(family, cart);
  const sale = book.sell(
    reckon(terms, [
      { price: ADULT, quantity: 3 },
      { price: 0, quantity: 2 },
    ]),
  );
  // 6000 with 545 of tax inside, a fee of 216, and 22 of tax on the fee.
  expect(sale).toMatchObject({ total: 6238, tax: 545 + 22, commission: 546 });
  expect(booking).toMatchObject({ totalAmountCents: 6238, currency: "JPY", taxCents: 22 });

  const children = tickets.filter(({ ticketCategoryId }) => ticketCategoryId === child.id);
  expect(children.map(({ totalPaidCents }) => totalPaidCents)).toEqual([0, 0]);
  const question = one(await family.attendeeQuestions(event));
  for (const [index, ticket] of children.entries()) {
    const unknown = family.setAttendee(ticket, { answers: { [question.id]: "small" } });
    await expect(unknown).rejects.toThrow(InvalidInputError);
    const answers = { [question.id]: String(6 + index) };
    await family.setAttendee(ticket, { firstName: `Child ${index}`, answers });
  }
  const list = await organizer.attendeeList(slot).toArray(100);
  const ages = list.map(({ answers }) => (answers as Record<string, string> | null)?.["Age"]);
  expect(ages.filter(Boolean).sort()).toEqual(["6", "7"]);

  // One adult stays at home, and gets half of the price back, with its part of the tax.
  const adults = tickets.filter(({ ticketCategoryId }) => ticketCategoryId === adult.id);
  const stays = one(adults);
  const quote = await family.quoteCancellation(booking, { tickets: [stays] });
  expect(quote).toMatchObject({ percentage: 50, refundCents: 1003 });
  await family.returnTickets(booking, { tickets: [stays] });
  // 3 is the tax on the fee by what comes back; inside the 1000 are 91 of commission and 91 of tax.
  book.giveBack({
    total: 1003,
    organizer: 818,
    commission: 91,
    tax: 94,
    service: 0,
    processing: 0,
  });
  const come = tickets.filter(({ id }) => id !== stays.id);
  const early = await organizer.scan(one(slots.slice(1)), one(come).credential ?? "");
  expect(early.refusal).toBeInstanceOf(TicketForOtherPerformanceError);
  await scanAll(organizer, slot, come);
});

test("a class of children pays nothing, and a full half hour sends people to the next", async () => {
  const [slot, next] = [one(slots.slice(2)), one(slots.slice(3))];
  const teacher = office.client();
  const cart = await teacher.holdAdmissions(slot, child, 10);
  const free = await teacher.startCheckout(cart, { email: "teacher@example.com" });
  expect(free).toMatchObject({ status: "confirmed", totalAmountCents: 0 });
  expect(await teacher.paymentSession(cart)).toBeNull();
  await scanAll(organizer, slot, await teacher.tickets(cart));

  const guest = office.client();
  const refusal: unknown = await guest.holdAdmissions(slot, adult, 3).catch((e: unknown) => e);
  expect(refusal).toBeInstanceOf(FewLeftError);
  expect(refusal).toMatchObject({ left: 2 });
  expect(await guest.admissionsLeft(next, adult)).toBe(SLOT_PLACES);
  const { tickets } = await buy(
    guest,
    await guest.holdAdmissions(next, adult, 3),
    "guest@example.com",
  );
  book.sell(reckon(terms, [{ price: ADULT, quantity: 3 }]));
  await scanAll(organizer, next, tickets);
});

test("a day of many buyers: each half hour is full, and none is fuller", async () => {
  const tomorrow = slots.slice(times.length, times.length + 3);
  const sales = tomorrow.flatMap((slot) =>
    [4, 4, 4].map(async (quantity): Promise<readonly [Performance, readonly Ticket[]]> => {
      const buyer = office.client();
      const cart = await buyer.holdAdmissions(slot, adult, quantity);
      const { tickets } = await buy(buyer, cart, `day-${cart.id}@example.com`);
      book.sell(reckon(terms, [{ price: ADULT, quantity }]));
      return [slot, tickets];
    }),
  );
  const sold = await Promise.all(sales);
  for (const slot of tomorrow) expect(await organizer.admissionsLeft(slot, adult)).toBe(0);
  // Water comes in at the first of them: those people are refunded, and the others come.
  const flooded = one(tomorrow);
  const begun = await organizer.cancelPerformance(flooded, { reason: "Water." });
  await expect
    .poll(async () => (await organizer.eventCancellation(begun))?.completedAt)
    .not.toBeNull();
  for (const [slot, tickets] of sold) {
    if (slot === flooded) book.giveBack(reckon(terms, [{ price: ADULT, quantity: 4 }]));
    else await scanAll(organizer, slot, tickets);
  }
});

test("in the end the books, Stripe and this story agree", async () => {
  await expectSettled(office, organizer, organization, book);
});
