// If this story failed, an event online could not be kept from who has not paid, or not be paid for in thousandths.
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  BookingStatusError,
  type Event,
  InvalidInputError,
  type LastMinuteLive,
  NotFoundError,
  type Organization,
  type Performance,
  type Ticket,
  type TicketCategory,
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

const terms: Terms = {
  service: [400, 100],
  processing: [200, 0],
  tax: 500,
  feesAreAbsorbed: true,
  commission: 1000,
  // Cards are charged in steps of ten fils.
  step: 10,
};
const address = "https://stream.example/room-7";

const book = new AccountBook();
const guests: Ticket[] = [];
let office: TestOffice;
let organizer: LastMinuteLive;
let organization: Organization;
let event: Event;
let performance: Performance;
let listen: TicketCategory;
let talk: TicketCategory;
let workshop: TicketCategory;
let code: string;

beforeAll(async () => {
  office = await startOffice();
  organizer = await signUp(office, "Omar");
  organization = await organizer.createOrganization({
    name: "Talks",
    slug: "talks",
    email: "office@example.com",
    defaultCurrency: "KWD",
  });
  await organizer.updateOrganizationSettings(organization, {
    serviceFeePercentage: "4",
    serviceFeeFixedCents: 100,
    processingFeePercentage: "2",
  });
  event = await organizer.createVirtualEvent({
    organizationId: organization.id,
    title: "A talk by night",
    slug: "talk-by-night",
    timezone: "Asia/Kuwait",
  });
  const place = await organizer.saveTaxJurisdiction(organization, { name: "Online" });
  await organizer.setTaxRate(place, { name: "Services", percentage: "5" });
  await organizer.setEventTaxJurisdiction(event, place);
  await organizer.setAbsorbedFees(event, { serviceFees: true, processingFees: true });
  await organizer.setOnlineAddress(event, { address, instructions: "Come early." });
  const category = async (name: string, priceCents: number): Promise<TicketCategory> =>
    await organizer.createTicketCategory({ eventId: event.id, name, priceCents });
  listen = await category("Listen", 0);
  talk = await category("Talk", 5550);
  workshop = await category("Workshop", 12_000);
  await organizer.setCategoryApproval(workshop, true);
  await organizer.setCancellationPolicy(
    { organization, event },
    { windows: [{ daysBefore: 0, percentage: 50 }] },
  );
  await organizer.updateEvent(event, { visibility: "private" });
  const date = inDays(20).slice(0, 10);
  performance = one(
    await organizer.createPerformances(event, {
      firstDate: date,
      lastDate: date,
      weekdays: [1, 2, 3, 4, 5, 6, 7],
      times: ["20:00"],
      durationMinutes: 90,
    }),
  );
  await organizer.createAdmissionPool({
    performanceId: performance.id,
    name: "Room",
    capacity: 100,
    ticketCategoryIds: [listen.id, talk.id, workshop.id],
  });
  event = await organizer.publishEvent(event);
  code = await organizer.createEventAccessCode(event);
});
afterAll(() => office[Symbol.asyncDispose]());

const invited = (): LastMinuteLive => office.client({ eventKey: code });

test("nobody sees it without a code, nor the address without a ticket", async () => {
  const stranger = office.client();
  expect(await stranger.event(event)).toBeNull();
  expect(await stranger.search({ query: "night" }).toArray(2)).toEqual([]);
  expect(await stranger.performance(performance)).toBeNull();
  await expect(stranger.holdAdmissions(performance, talk, 1)).rejects.toThrow(NotFoundError);

  const guest = invited();
  expect(await guest.event(event)).toMatchObject({ title: "A talk by night", format: "virtual" });
  expect(await guest.onlineAddress(event)).toBeNull();
  const cart = await guest.holdAdmissions(performance, listen, 1);
  expect(await guest.onlineAddress(event)).toBeNull();
  const free = await guest.startCheckout(cart, { email: "ear@example.com" });
  expect(free).toMatchObject({ status: "confirmed", totalAmountCents: 0 });
  expect(await guest.onlineAddress(event)).toEqual({ address, instructions: "Come early." });
  guests.push(...(await guest.tickets(cart)));
});

test("the price is the price: fees are the organizer's, and amounts are in fils", async () => {
  const guest = invited();
  const cart = await guest.holdAdmissions(performance, talk, 3);
  const { booking, tickets } = await buy(guest, cart, "three@example.com");
  const sale = book.sell(reckon(terms, [{ price: 5550, quantity: 3 }]));
  // 16.650 dinars with 5 percent of tax; 966 and 333 fils of fees are rounded to tens.
  expect(sale).toMatchObject({ total: 17_480, service: 970, processing: 330, tax: 830 });
  expect(booking).toMatchObject({
    currency: "KWD",
    totalAmountCents: 17_480,
    serviceFeeCents: 0,
    processingFeeCents: 0,
  });
  // 830 of tax are 270, 280 and 280: no ticket has an amount that a card cannot get back.
  expect(tickets.map(({ taxPaidCents }) => taxPaidCents).sort()).toEqual([270, 280, 280]);
  const [returned, ...rest] = tickets.toSorted((a, b) => a.taxPaidCents - b.taxPaidCents);
  const left = await guest.returnTickets(booking, { tickets: [one(returned)] });
  // Half of 5550 is 2775, which is 2780; the tax follows it, 135 of 270, and is rounded down.
  expect(left).toMatchObject({ status: "confirmed", refundedCents: 2780 + 130 });
  guests.push(...rest);
  // Of 1665 of commission, a third is this ticket's; fees are in what the commission leaves of the price.
  const inside = {
    commission: Math.trunc((555 * 2780) / 5550),
    service: Math.round((970 * (2780 - 278)) / (16_650 - 1665)),
    processing: Math.round((330 * (2780 - 278)) / (16_650 - 1665)),
  };
  const kept = 2780 - inside.commission - inside.service - inside.processing;
  book.giveBack({ total: 2910, organizer: kept, tax: 130, ...inside });
  await expect(
    organizer.refundBookingAmount(booking, 1005, { note: "No such coin." }),
  ).rejects.toThrow(InvalidInputError);
});

test("a deposit and what follows are amounts that a card can be charged", async () => {
  const plan = await organizer.createPaymentPlan({
    eventId: event.id,
    ticketCategoryId: talk.id,
    name: "In three parts",
    depositPercentage: "33",
    installments: 2,
    firstDueDays: 2,
    intervalDays: 2,
    lastDueDaysBefore: 1,
    graceDays: 1,
  });
  const guest = invited();
  const cart = await guest.holdAdmissions(performance, talk, 1);
  await guest.choosePaymentPlan(cart, plan);
  await guest.startCheckout(cart, { email: "parts@example.com" });
  await guest.pay(cart, { testCard: "visa" });
  const sale = book.sell(reckon(terms, [{ price: 5550, quantity: 1 }]), 1920);
  const parts = (await guest.installments(cart)).map(({ amountCents }) => amountCents);
  // 5550 and 280 of tax: a third is 1923.90, and the rest is shared.
  expect(sale.total).toBe(5830);
  expect(parts).toEqual([1920, 1950, 1960]);
  for (const part of parts.slice(1)) {
    await guest.openPayment(cart);
    await guest.pay(cart, { testCard: "visa" });
    book.receive(part);
  }
  guests.push(...(await guest.tickets(cart)));
});

test("who wants to the workshop asks first", async () => {
  const [asks, refused] = [invited(), invited()];
  const carts = await Promise.all(
    [asks, refused].map(async (lml) => await lml.holdAdmissions(performance, workshop, 1)),
  );
  const [cart, other] = [one(carts), one(carts.slice(1))];
  const asked = await asks.startCheckout(cart, { email: "asks@example.com" });
  expect(asked.status).toBe("pending_approval");
  await refused.startCheckout(other, { email: "refused@example.com" });
  await expect(asks.pay(cart, { testCard: "visa" })).rejects.toThrow(BookingStatusError);
  await organizer.approveBooking(cart);
  await organizer.declineBooking(other, "It is for beginners.");
  await office.mailTo("refused@example.com", "It is for beginners.");
  const paid = await asks.pay(cart, { testCard: "visa" });
  const sale = book.sell(reckon(terms, [{ price: 12_000, quantity: 1 }]));
  expect(paid.totalAmountCents).toBe(sale.total);
  expect(await asks.onlineAddress(event)).toMatchObject({ address });
  expect(await refused.onlineAddress(event)).toBeNull();
  guests.push(...(await asks.tickets(paid)));
});

test("a code that went round is ended; who has a ticket still comes in", async () => {
  expect(await organizer.revokeEventAccessCodes(event)).toBe(1);
  expect(await invited().event(event)).toBeNull();
  expect(guests).toHaveLength(5);
  await scanAll(organizer, performance, guests);
});

test("in the end the books, Stripe and this story agree", async () => {
  await expectSettled(office, organizer, organization, book);
});
