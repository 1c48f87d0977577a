// If this story failed, a theatre could not sell its seats from the first plan to the last seat taken, or not to the cent.
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  BookingNotFoundError,
  type Event,
  type LastMinuteLive,
  type LayoutDocument,
  type Organization,
  PaymentDeclinedError,
  type Performance,
  SeatsTakenError,
  type Ticket,
  type TicketCategory,
  TicketReplacedError,
  TicketUsedError,
  type Venue,
} from "../index.ts";
import { startOffice, type TestOffice, tokenIn } from "../testing-office.ts";
import {
  AccountBook,
  buy,
  expectSettled,
  inDays,
  one,
  payWith3DSecure,
  reckon,
  scanAll,
  signUp,
  type Terms,
} from "./testing.ts";

const terms: Terms = {
  service: [500, 50],
  processing: [140, 25],
  tax: 1000,
  commission: 1000,
};

const row = (name: string, count: number, y: number, category: string) => ({
  name,
  seats: Array.from({ length: count }, (_, index) => ({
    number: String(index + 1),
    x: (index + 1) / (count + 1),
    y,
    category,
    // Two places for wheelchairs beside one for who comes along.
    features: name === "D" && index < 3 ? [index === 1 ? "companion" : "wheelchair"] : [],
  })),
});

const plan: LayoutDocument = {
  format: "lml-layout/1",
  name: "House",
  categories: [{ name: "Red" }, { name: "Blue" }],
  sections: [
    { name: "Stalls", rows: ["A", "B", "C", "D"].map((name, y) => row(name, 8, y / 10, "Red")) },
    { name: "Balcony", rows: ["A", "B"].map((name, y) => row(name, 6, 0.8 + y / 10, "Blue")) },
  ],
};

const book = new AccountBook();
/** Who comes to the evening, as the story goes on. */
const evening: Ticket[] = [];
let office: TestOffice;
let organizer: LastMinuteLive;
let organization: Organization;
let venue: Venue;
let event: Event;
let stalls: TicketCategory;
let balcony: TicketCategory;
let matinee: Performance;
let night: Performance;

beforeAll(async () => {
  office = await startOffice();
  organizer = await signUp(office, "Olga");
  organization = await organizer.createOrganization({
    name: "Playhouse",
    slug: "playhouse",
    email: "office@example.com",
    defaultCurrency: "EUR",
  });
  await organizer.updateOrganizationSettings(organization, {
    serviceFeePercentage: "5",
    serviceFeeFixedCents: 50,
    processingFeePercentage: "1.4",
    processingFeeFixedCents: 25,
  });
  venue = await organizer.createVenue({
    organizationId: organization.id,
    name: "Great hall",
    slug: "great-hall",
    timezone: "Europe/Vienna",
  });
  const vienna = await organizer.saveTaxJurisdiction(organization, { name: "Vienna" });
  await organizer.setTaxRate(vienna, { name: "Culture", percentage: "10" });
  await organizer.setVenueTaxJurisdiction(venue, vienna);
  const layout = await organizer.importLayout(venue, plan);
  event = await organizer.createEvent({
    organizationId: organization.id,
    venueId: venue.id,
    title: "The Tempest",
    slug: "the-tempest",
  });
  const category = async (name: string, priceCents: number): Promise<TicketCategory> =>
    await organizer.createTicketCategory({ eventId: event.id, name, priceCents, sections: [name] });
  stalls = await category("Stalls", 6000);
  balcony = await category("Balcony", 3500);
  await organizer.setPrice(stalls, 5000, { audience: "member" });
  await organizer.setPrice(balcony, 3000, { validUntil: inDays(2) });
  await organizer.setCancellationPolicy(
    { organization, event },
    {
      windows: [
        { daysBefore: 14, percentage: 100 },
        { daysBefore: 3, percentage: 50 },
      ],
    },
  );
  const date = { eventId: event.id, layoutId: layout.id };
  matinee = await organizer.createPerformance({ ...date, startsAt: inDays(9) });
  night = await organizer.createPerformance({ ...date, startsAt: inDays(10) });
  event = await organizer.publishEvent(event);
});
afterAll(() => office[Symbol.asyncDispose]());

const seatsOf = async (performance: Performance, section: string, rowName: string) =>
  (await organizer.seatMap(performance)).seats.filter(
    (seat) => seat.section === section && seat.row === rowName,
  );

test("a member pays the member's price, and takes programs along", async () => {
  await organizer.grantMembership(organization, { email: "mia@example.com" });
  const program = await organizer.createAddOn({
    eventId: event.id,
    name: "Program",
    priceCents: 500,
    stock: 3,
  });
  const mia = await signUp(office, "Mia");
  const cart = await mia.holdBestAvailable(night, stalls, 2);
  await mia.addAddOn(cart, program, 2);
  expect(await mia.addOnsLeft(program)).toBe(1);
  const { booking, tickets } = await buy(mia, cart);
  const due = book.sell(
    reckon(terms, [
      { price: 5000, quantity: 2 },
      { price: 500, quantity: 2 },
    ]),
  );
  expect(booking.totalAmountCents).toBe(due.total);
  for (const item of booking.items) {
    const steps = await mia.explainPrice(item);
    const sum = steps.reduce((total, { amountCents }) => total + (amountCents ?? 0), 0);
    expect(sum).toBe(item.totalCents);
  }
  const order = one(await organizer.addOnOrders(night, { addOn: program }).toArray(10));
  expect(order).toMatchObject({ quantity: 2, bookingReference: booking.bookingReference });
  await organizer.markAddOnDelivered(order.bookingItemId ?? "");

  // She cannot come, and a friend can: the old code is dead.
  const [given, kept] = [one(tickets), one(tickets.slice(1))];
  await mia.offerTicket(given, "friend@example.com");
  const friend = office.client();
  const received = await friend.acceptTicket(tokenIn(await office.mailTo("friend@example.com")), {
    firstName: "Fritz",
    lastName: "Freund",
  });
  const old = await organizer.scan(night, given.credential ?? "");
  expect(old.refusal).toBeInstanceOf(TicketReplacedError);
  evening.push(kept, received);
});

test("a group sits side by side, has a code, and pays with its third card", async () => {
  await organizer.createDiscountCode(event, {
    code: "GROUP",
    percentage: "10",
    quantityMin: 5,
    usesMax: 1,
  });
  const group = office.client();
  const quote = await group.quote(night, {
    categories: [{ category: stalls, quantity: 6 }],
    code: "group",
  });
  const cart = await group.holdBestAvailable(night, stalls, 6);
  await group.applyDiscountCode(cart, "group");
  const due = book.sell(reckon(terms, [{ price: 6000, quantity: 6, discount: 3600 }]));
  expect(quote.totalAmountCents).toBe(due.total);
  await group.startCheckout(cart, { email: "group@example.com" });
  const refused = group.pay(cart, { testCard: "insufficientFunds" });
  await expect(refused).rejects.toThrow(PaymentDeclinedError);
  const paid = await payWith3DSecure(group, cart);
  expect(paid).toMatchObject({ status: "confirmed", totalAmountCents: due.total });

  const tickets = await group.tickets(paid);
  expect(new Set(tickets.map(({ rowName }) => rowName)).size).toBe(1);
  const places = tickets.map(({ seatNo }) => seatNo ?? 0).sort((a, b) => a - b);
  expect(places).toEqual(places.map((_, index) => one(places) + index));
  // One falls ill. Half of 5400 goes back, and of the tax on price and service fee, 572 of 5720, its part.
  const back = { total: 2970, organizer: 2430, commission: 270, tax: 270 };
  const left = await group.returnTickets(paid, { tickets: tickets.slice(0, 1) });
  expect(left.refundedCents).toBe(back.total);
  book.giveBack({ ...back, service: 0, processing: 0 });
  evening.push(...tickets.slice(1));
  const late = office.client();
  const other = await late.holdBestAvailable(night, stalls, 5);
  await expect(late.applyDiscountCode(other, "GROUP")).rejects.toMatchObject({
    code: "LMDSC",
    detail: "used_up",
    hint: "Use another one, or none.",
  });
  await late.cancel(other);
});

test("one ticket of four goes back for half of its price", async () => {
  const rita = office.client();
  const cart = await rita.holdBestAvailable(night, balcony, 4);
  const { booking, tickets } = await buy(rita, cart, "rita@example.com");
  const due = book.sell(reckon(terms, [{ price: 3000, quantity: 4 }]));
  expect(booking).toMatchObject({ totalAmountCents: due.total, subtotalCents: 12_000 });
  await office.confirmSales();
  const mail = await office.mailTo("rita@example.com");
  for (const told of [booking.bookingReference, "4 x Balcony", "claim-booking?token="]) {
    expect(mail).toContain(told);
  }

  const [returned, ...rest] = tickets;
  // A quarter of the fees, 800 and 268, and of the tax on 12,800. Fees stay; tax follows the price.
  expect(returned).toMatchObject({ feesPaidCents: 200 + 67, taxPaidCents: 320 });
  const back = { total: 1650, organizer: 1350, commission: 150, tax: 150 };
  const quote = await rita.quoteCancellation(booking, { tickets: [one(returned)] });
  expect(quote).toMatchObject({ percentage: 50, refundCents: back.total });
  const left = await rita.returnTickets(booking, { tickets: [one(returned)] });
  expect(left).toMatchObject({ status: "confirmed", refundedCents: back.total });
  book.giveBack({ ...back, service: 0, processing: 0 });
  evening.push(...rest);
});

test("a seat has a price of its own, and others are kept for who needs them", async () => {
  const royal = (await seatsOf(night, "Stalls", "D")).slice(6);
  await organizer.setSeatPrices(night, royal, 7500);
  const rich = office.client();
  const bought = await buy(rich, await rich.hold(night, royal), "rich@example.com");
  expect(bought.booking.totalAmountCents).toBe(
    book.sell(reckon(terms, [{ price: 7500, quantity: 2 }])).total,
  );

  const wilma = office.client();
  const cart = await wilma.holdBestAvailable(night, stalls, 3, { accessible: true });
  const accessible = await buy(wilma, cart, "wilma@example.com");
  book.sell(reckon(terms, [{ price: 6000, quantity: 3 }]));
  expect(accessible.tickets.map(({ rowName, seatNumber }) => `${rowName}${seatNumber}`)).toEqual([
    "D1",
    "D2",
    "D3",
  ]);
  evening.push(...bought.tickets, ...accessible.tickets);
});

test("the house keeps a row, and lets it go", async () => {
  const backRow = await seatsOf(night, "Balcony", "B");
  const kept = await organizer.allocateSeats(night, backRow.slice(0, 3), {
    kind: "house",
    reason: "Friends of the house",
    releaseAt: inDays(8),
  });
  const guest = office.client();
  await expect(guest.hold(night, backRow.slice(2, 4))).rejects.toThrow(SeatsTakenError);
  await organizer.releaseAllocation(kept);
  const bought = await buy(guest, await guest.hold(night, backRow.slice(2, 4)), "late@example.com");
  book.sell(reckon(terms, [{ price: 3000, quantity: 2 }]));
  evening.push(...bought.tickets);
});

test("staff sells on the phone, and the customer pays by the link in the mail", async () => {
  const [seat] = await seatsOf(night, "Balcony", "B");
  const held = await organizer.holdForCustomer(night, {
    email: "phone@example.com",
    firstName: "Paul",
    lastName: "Phone",
    seatIds: [one(seat).id],
  });
  const sold = await organizer.checkoutForCustomer(held, "link");
  expect(sold.status).toBe("pending_payment");
  const customer = office.client();
  const claimed = await customer.claimBooking(tokenIn(await office.mailTo("phone@example.com")));
  const paid = await customer.pay(claimed, { testCard: "mastercard" });
  // The mail of the sale is lost, and so is the telephone on which it was paid.
  const { bookingReference } = paid;
  const desk = office.client();
  await desk.requestBookingLink({ bookingReference, email: "nobody@example.com" });
  await desk.requestBookingLink({ bookingReference, email: "phone@example.com" });
  const mail = await office.mailTo("phone@example.com", "asked for a link");
  await desk.claimBooking(tokenIn(mail));
  await expect(customer.tickets(paid)).rejects.toThrow(BookingNotFoundError);
  expect(paid.totalAmountCents).toBe(
    book.sell(reckon(terms, [{ price: 3000, quantity: 1 }])).total,
  );
  evening.push(...(await desk.tickets(paid)));
});

test("the matinee is put off: everybody is told, one gives back, the other waits", async () => {
  const [waits, leaves] = [office.client(), office.client()];
  const sold = reckon(terms, [{ price: 6000, quantity: 2 }]);
  const buyMatinee = async (lml: LastMinuteLive, email: string) =>
    await buy(lml, await lml.holdBestAvailable(matinee, stalls, 2), email);
  const kept = await buyMatinee(waits, "waits@example.com");
  const given = await buyMatinee(leaves, "leaves@example.com");
  book.sell(sold);
  book.sell(sold);
  const moved = await organizer.postponePerformance(matinee, {
    startsAt: inDays(40),
    reason: "The duke is ill.",
  });
  expect(moved).toMatchObject({ postponedFrom: matinee.startsAt, status: "scheduled" });
  for (const email of ["waits@example.com", "leaves@example.com"]) {
    await office.mailTo(email, "The duke is ill.");
  }
  // All of it, fees included, whatever the terms say.
  expect(await leaves.returnBooking(given.booking)).toMatchObject({
    status: "canceled",
    refundedCents: sold.total,
  });
  book.giveBack(sold);
  await scanAll(organizer, moved, kept.tickets);
});

test("people come in at two gates, go out, and come back", async () => {
  const gates = await Promise.all(
    ["Left", "Right"].map(async (name) => {
      const gate = await organizer.saveGate(venue, { name });
      const { deviceToken } = await organizer.registerScanner(venue, { name, gate });
      return office.client({ token: deviceToken });
    }),
  );
  const [left, right] = [one(gates), one(gates.slice(1))];
  await organizer.allowReentry(event, 1);
  const half = Math.ceil(evening.length / 2);
  await Promise.all([
    scanAll(left, night, evening.slice(0, half)),
    scanAll(right, night, evening.slice(half)),
  ]);
  const smoker = one(evening).credential ?? "";
  expect((await right.scan(night, smoker)).refusal).toBeInstanceOf(TicketUsedError);
  expect(await right.scan(night, smoker, { direction: "out" })).toMatchObject({ admitted: true });
  expect(await left.scan(night, smoker)).toMatchObject({ admitted: true, gate: "Left" });
  await left.scan(night, smoker, { direction: "out" });
  expect((await right.scan(night, smoker)).refusal).toBeInstanceOf(TicketUsedError);
  // Two members, five of the group, three of Rita's, two rich ones, three accessible, two late, one by phone.
  expect(evening).toHaveLength(18);
});

test("in the end the books, Stripe and this story agree", async () => {
  await expectSettled(office, organizer, organization, book);
});
