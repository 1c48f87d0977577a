// If this failed, a program could not sell a festival: admissions, the best seats, and a map that keeps up.
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  FewLeftError,
  type Performance,
  SeatsTakenError,
  type TicketCategory,
  TooManyCartsError,
} from "./index.ts";
import { openAccount, smallHall, startOffice, type TestOffice } from "./testing-office.ts";

let office: TestOffice;
let organizer: ReturnType<TestOffice["client"]>;
let performance: Performance;
let grandstand: TicketCategory;
let floor: TicketCategory;
let terrace: TicketCategory;

beforeAll(async () => {
  office = await startOffice();
  organizer = office.client();
  await openAccount(office, organizer, {
    email: "festival@example.com",
    password: "a long enough password",
    firstName: "Frida",
    lastName: "Festival",
  });
  const { id: organizationId } = await organizer.createOrganization({
    name: "Festival",
    slug: "festival",
    email: "office@example.com",
    defaultCurrency: "EUR",
  });
  const venue = await organizer.createVenue({
    organizationId,
    name: "Meadow",
    slug: "meadow",
    timezone: "Europe/Vienna",
  });
  const layout = await organizer.importLayout(venue, smallHall);
  const event = await organizer.createEvent({
    organizationId,
    venueId: venue.id,
    title: "Summer",
    slug: "summer",
  });
  const category = async (name: string, priceCents: number, seatCategories: string[] = []) =>
    await organizer.createTicketCategory({ eventId: event.id, name, priceCents, seatCategories });
  grandstand = await category("Grandstand", 5000, ["Good", "Cheap"]);
  floor = await category("Floor", 3000);
  terrace = await category("Terrace", 4000);
  performance = await organizer.createPerformance({
    eventId: event.id,
    layoutId: layout.id,
    startsAt: new Date(Date.now() + 86_400_000).toISOString(),
  });
  const { id: performanceId } = performance;
  const pool = await organizer.createAdmissionPool({
    performanceId,
    name: "Floor",
    capacity: 20,
    ticketCategoryIds: [floor.id],
  });
  await organizer.createAdmissionPool({
    performanceId,
    name: "Terrace",
    capacity: 5,
    ticketCategoryIds: [terrace.id],
    parentPoolId: pool.id,
  });
  await organizer.publishEvent(event);
}, 60_000);
afterAll(async () => {
  await office[Symbol.asyncDispose]();
});

test("a guest takes the best seats and admissions in one cart, signs in, pays and has tickets", async () => {
  const lml = office.client();
  const cart = await lml.holdBestAvailable(performance, grandstand, 2);
  await lml.holdAdmissions(performance, terrace, 3, { booking: cart });
  await lml.releaseAdmissions(cart, terrace, 1);
  const extended = await lml.extendHold(cart);
  expect(Date.parse(extended.expiresAt ?? "")).toBeGreaterThanOrEqual(
    Date.parse(cart.expiresAt ?? ""),
  );
  expect(extended.subtotalCents).toBe(2 * 5000 + 2 * 4000);
  expect(await lml.admissionsLeft(performance, terrace)).toBe(3);
  expect(await lml.admissionsLeft(performance, floor)).toBe(18);
  expect(await lml.admissionsLeft(performance, grandstand)).toBeNull();

  await openAccount(office, lml, {
    email: "ada@example.com",
    password: "a long enough password",
    firstName: "Ada",
    lastName: "Adler",
  });
  expect((await office.client({ token: lml.token }).booking(cart))?.id).toBe(cart.id);
  await lml.startCheckout(cart);
  const paid = await lml.pay(cart, { testCard: "visa" });
  const tickets = await lml.tickets(paid);
  expect(tickets.filter(({ seatNo }) => seatNo === null)).toHaveLength(2);
  expect(tickets).toHaveLength(4);
}, 30_000);

test("whoever wants more than is left is told how many are", async () => {
  const lml = office.client();
  const refused = await lml.holdAdmissions(performance, terrace, 4).catch((e: unknown) => e);
  expect(refused).toBeInstanceOf(FewLeftError);
  expect((refused as FewLeftError).left).toBe(3);
});

test("a map keeps up with what is new, and seats that are kept back are not sold", async () => {
  const lml = office.client();
  const map = await lml.seatMap(performance);
  const free = map.seats.filter(({ status }) => status === "available").slice(0, 2);
  const allocation = await organizer.allocateSeats(performance, free, {
    kind: "house",
    reason: "Friends",
  });
  await expect(lml.hold(performance, free)).rejects.toBeInstanceOf(SeatsTakenError);
  const changes = await lml.seatMapChanges(performance, map.version ?? "");
  expect(changes?.seats.map(({ index, status }) => [map.seats[index]?.id, status])).toEqual(
    free.map(({ id }) => [id, "reserved"]),
  );
  const sold = await organizer.holdAllocatedSeats(allocation, free.slice(0, 1));
  await organizer.cancel(sold);
  expect((await organizer.releaseAllocation(allocation)).releasedAt).not.toBeNull();
  const later = await lml.seatMapChanges(performance, changes?.version ?? "");
  expect(later?.seats.map(({ status }) => status)).toEqual(["available", "available"]);
  expect(await lml.seatMapChanges(performance, "1/99999999998:99999999999:")).toBeNull();
});

test("nobody keeps more than ten carts open", async () => {
  const lml = office.client();
  for (let cart = 0; cart < 10; cart += 1) await lml.holdAdmissions(performance, floor, 1);
  await expect(lml.holdAdmissions(performance, floor, 1)).rejects.toBeInstanceOf(TooManyCartsError);
});
